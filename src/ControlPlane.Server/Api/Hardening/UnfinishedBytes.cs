namespace ControlPlane.Server.Api.Hardening;

/// <summary>
/// The one place that bounds what requests hold before they are carried out: bytes of messages that have begun to arrive, by
/// connection, by caller and in the whole process. A message is charged at the length that it declares, so that one that was
/// admitted can always be finished.
/// </summary>
internal sealed class UnfinishedBytes(TimeProvider clock) : HeldBytes(Most, clock)
{
    /// <summary>A stream costs this much, however short its message is.</summary>
    public const int LeastCharge = 4 << 10;

    /// <summary>Of one connection whose calls carry a key.</summary>
    public const int PerConnection = 16 << 20;

    /// <summary>Of one connection whose calls carry none.</summary>
    public const int PerOpenConnection = 256 << 10;

    /// <summary>Of all connections with one key.</summary>
    public const int PerKey = 48 << 20;

    /// <summary>Of all calls without a key.</summary>
    public const int WithoutKey = 8 << 20;

    /// <summary>Of everybody.</summary>
    public const int PerProcess = 96 << 20;

    /// <summary>How long a message waits for others to be finished.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly Bounds Most = new()
    {
        Least = LeastCharge,
        PerConnection = PerConnection,
        PerOpenConnection = PerOpenConnection,
        PerKey = PerKey,
        WithoutKey = WithoutKey,
        PerProcess = PerProcess,
        Patience = Patience,
    };
}
