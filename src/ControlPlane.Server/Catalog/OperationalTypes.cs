using System.Collections.Frozen;

namespace ControlPlane.Server.Catalog;

/// <summary>The types of the events that the server itself publishes to a tenant. Nobody else may use their prefix.</summary>
internal static class OperationalTypes
{
    public const string Prefix = "controlplane.";
    /// <summary>What is wrong with a type of somebody else that begins so.</summary>
    public const string Reserved = "must not begin with \"controlplane.\", which is kept for events of the server itself";

    public const string WebhookSuspended = Prefix + "webhook.suspended";
    public const string WebhookFailing = Prefix + "webhook.failing";
    public const string WebhookRecovered = Prefix + "webhook.recovered";
    public const string CertificateExpiring = Prefix + "certificate.expiring";
    public const string WebhookResumed = Prefix + "webhook.resumed";
    public const string DeliveryDead = Prefix + "delivery.dead";

    /// <summary>All of them, with no dialect.</summary>
    public static readonly IReadOnlyList<BuiltInEventType> All =
    [
        new("", WebhookSuspended, "The server suspended a webhook: its receiver is gone, fails for too long, or has an address that is refused."),
        new("", WebhookFailing, "A webhook has failed for half the time after which it is suspended, or will be in a day."),
        new("", WebhookRecovered, "A webhook that was told to be failing succeeded again."),
        new("", CertificateExpiring, "The certificate of a webhook's receiver, or a webhook's client certificate, ends within 14 days, or within 3."),
        new("", WebhookResumed, "A suspended webhook was enabled again; what waited for it is released."),
        new("", DeliveryDead, "A delivery was given up and is kept as a dead letter."),
    ];

    private static readonly FrozenSet<string> Names = All.Select(type => type.Name).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether a type is reserved for the server.</summary>
    public static bool Covers(string type) => type.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Whether an exact type is reserved and yet never published.</summary>
    public static bool IsUnknown(string type) =>
        Covers(type) && !type.EndsWith(".*", StringComparison.Ordinal) && !Names.Contains(type);
}
