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

    public static readonly FrozenSet<string> All = InOrder.ToFrozenSet(StringComparer.Ordinal);
}
