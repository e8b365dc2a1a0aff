using System.Collections.Frozen;
using System.Collections.Immutable;
using ControlPlane.Storage;

namespace ControlPlane.Server.Catalog;

/// <summary>A tenant's webhooks, event types and policy at one configuration version. Immutable.</summary>
internal sealed class TenantCatalog
{
    private readonly ImmutableSortedDictionary<string, WebhookRecord> _webhooks;
    private readonly FrozenSet<string> _eventTypes;
    private readonly Lazy<SubscriptionIndex> _subscriptions;

    public TenantCatalog(TenantConfig config)
        : this(
            config.TenantId,
            config.ConfigVersion,
            config.Policy,
            config.EventTypes.ToFrozenSet(StringComparer.Ordinal),
            config.Webhooks.ToImmutableSortedDictionary(w => w.Id, w => w, StringComparer.Ordinal))
    {
    }

    private TenantCatalog(
        string tenantId,
        long version,
        TenantPolicy policy,
        FrozenSet<string> eventTypes,
        ImmutableSortedDictionary<string, WebhookRecord> webhooks)
    {
        TenantId = tenantId;
        ConfigVersion = version;
        Policy = policy;
        _eventTypes = eventTypes;
        _webhooks = webhooks;
        _subscriptions = new(() => new SubscriptionIndex(_webhooks.Values));
    }

    public string TenantId { get; }

    /// <summary>The version in the store that this is a picture of.</summary>
    public long ConfigVersion { get; }

    /// <summary>What the tenant's plan allows.</summary>
    public TenantPolicy Policy { get; }

    /// <summary>Who receives what; built when first asked for.</summary>
    public SubscriptionIndex Subscriptions => _subscriptions.Value;

    public int WebhookCount => _webhooks.Count;

    public IEnumerable<string> WebhookIds => _webhooks.Keys;

    public IEnumerable<WebhookRecord> Webhooks => _webhooks.Values;

    public WebhookRecord? Find(string webhookId) => _webhooks.GetValueOrDefault(webhookId);

    /// <summary>The webhooks that only one of the two pictures has, or that differ.</summary>
    public IEnumerable<string> DifferingFrom(TenantCatalog other) =>
        _webhooks.Keys.Union(other._webhooks.Keys).Where(id => Find(id)?.Version != other.Find(id)?.Version);

    /// <summary>Whether the tenant may use an event type: any, unless it is held to the catalogues.</summary>
    /// <param name="eventType">The type.</param>
    /// <param name="platform">What <see cref="WebhookCatalog.GetPlatformAsync"/> returned for it.</param>
    public bool Accepts(string eventType, TenantCatalog? platform) =>
        !Policy.StrictEventTypes
        || _eventTypes.Contains(eventType)
        || BuiltInEventTypes.Names.Contains(eventType)
        || platform?._eventTypes.Contains(eventType) == true;

    /// <summary>The picture after the next change.</summary>
    public TenantCatalog With(WebhookRecord webhook, long version) => Next(version, _webhooks.SetItem(webhook.Id, webhook));

    /// <summary>The picture after a webhook was deleted.</summary>
    public TenantCatalog Without(string webhookId, long version) => Next(version, _webhooks.Remove(webhookId));

    private TenantCatalog Next(long version, ImmutableSortedDictionary<string, WebhookRecord> webhooks) =>
        new(TenantId, version, Policy, _eventTypes, webhooks);
}
