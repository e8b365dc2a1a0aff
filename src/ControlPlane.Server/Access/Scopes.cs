using System.Collections.Frozen;

namespace ControlPlane.Server.Access;

/// <summary>What API keys may be allowed to do.</summary>
internal static class Scopes
{
    public const string Admin = "admin";

    /// <summary>What a method asks for that every valid key may call.</summary>
    public const string Any = "any";

    /// <summary>Every scope there is, in the order in which they are shown.</summary>
    public static readonly IReadOnlyList<string> InOrder =
    [
        "webhooks.read", "webhooks.write", "events.publish", "events.read", "deliveries.read", "deliveries.write", Admin,
    ];

    /// <summary>Those of a portal session that may only look.</summary>
    public static readonly IReadOnlyList<string> OfReaders = ["webhooks.read", "events.read", "deliveries.read"];

    /// <summary>Those of a portal session.</summary>
    public static readonly IReadOnlyList<string> OfPortal = ["webhooks.read", "webhooks.write", "events.read", "deliveries.read", "deliveries.write"];

    /// <summary>
    /// What stands, with a webhook's id behind it, among the stored scopes of a key that is for some webhooks only. Nobody can ask for it
    /// as a scope.
    /// </summary>
    private const string WebhookPrefix = "webhook:";

    /// <summary>The stored scopes of a key: what it may do, and the webhooks that it is for if not all.</summary>
    public static IReadOnlyList<string> Join(IEnumerable<string> scopes, IEnumerable<string> webhookIds) =>
        [.. scopes, .. webhookIds.Select(id => WebhookPrefix + id)];

    /// <summary>What the stored scopes of a key say it may do.</summary>
    public static IEnumerable<string> Named(IEnumerable<string> stored) => stored.Where(scope => !scope.StartsWith(WebhookPrefix, StringComparison.Ordinal));

    /// <summary>The webhooks that the stored scopes of a key say it is for; none if it is for all.</summary>
    public static IEnumerable<string> WebhookIds(IEnumerable<string> stored) =>
        stored.Where(scope => scope.StartsWith(WebhookPrefix, StringComparison.Ordinal)).Select(scope => scope[WebhookPrefix.Length..]);

    public static readonly FrozenSet<string> All = InOrder.ToFrozenSet(StringComparer.Ordinal);
}
