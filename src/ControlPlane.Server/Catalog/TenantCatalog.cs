using System.Collections.Immutable;
using ControlPlane.Storage;

namespace ControlPlane.Server.Catalog;

/// <summary>A tenant's webhooks at one configuration version. Immutable.</summary>
internal sealed class TenantCatalog
{
    private readonly ImmutableSortedDictionary<string, WebhookRecord> _webhooks;
    private readonly Lazy<SubscriptionIndex> _subscriptions;

    public TenantCatalog(TenantConfig config)
        : this(config.TenantId, config.ConfigVersion, config.Webhooks.ToImmutableSortedDictionary(w => w.Id, w => w, StringComparer.Ordinal)) { }

    private TenantCatalog(string tenantId, long version, ImmutableSortedDictionary<string, WebhookRecord> webhooks)
    {
        TenantId = tenantId;
        ConfigVersion = version;
        _webhooks = webhooks;
        _subscriptions = new(() => new SubscriptionIndex(_webhooks.Values));
    }

    public string TenantId { get; }

    /// <summary>The version in the store that this is a picture of.</summary>
    public long ConfigVersion { get; }

    /// <summary>Who receives what; built when first asked for.</summary>
    public SubscriptionIndex Subscriptions => _subscriptions.Value;

    public IEnumerable<string> WebhookIds => _webhooks.Keys;

    public IEnumerable<WebhookRecord> Webhooks => _webhooks.Values;

    public WebhookRecord? Find(string webhookId) => _webhooks.GetValueOrDefault(webhookId);

    /// <summary>The picture after the next change.</summary>
    public TenantCatalog With(WebhookRecord webhook, long version) => new(TenantId, version, _webhooks.SetItem(webhook.Id, webhook));

    /// <summary>The picture after a webhook was deleted.</summary>
    public TenantCatalog Without(string webhookId, long version) => new(TenantId, version, _webhooks.Remove(webhookId));
}
