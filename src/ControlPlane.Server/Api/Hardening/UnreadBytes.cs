namespace ControlPlane.Server.Api.Hardening;

/// <summary>
/// The one place that bounds what is kept for clients that do not read: bytes of answers that are being made or were not sent yet, by
/// connection, by caller and in the whole process.
/// </summary>
internal sealed class UnreadBytes(TimeProvider clock) : HeldBytes(Most, clock)
{
    /// <summary>Of one connection.</summary>
    public const int PerConnection = 8 << 20;

    /// <summary>Of all connections of one tenant, and of all with one platform key.</summary>
    public const int PerCaller = 24 << 20;

    /// <summary>Of everybody.</summary>
    public const int PerProcess = 96 << 20;

    /// <summary>Of a tenant or platform key while there are as many as may be.</summary>
    public const int Always = 2 << 20;

    /// <summary>How long a call waits for others' answers to be read.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly Bounds Most = new()
    {
        Least = 1,
        PerConnection = PerConnection,
        PerKey = PerCaller,
        PerProcess = PerProcess,
        Always = Always,
        Patience = Patience,
    };
}
