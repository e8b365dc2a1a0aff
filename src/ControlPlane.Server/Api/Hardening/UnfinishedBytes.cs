namespace ControlPlane.Server.Api.Hardening;

/// <summary>
/// The one place that bounds what requests hold before they are carried out: bytes of messages that have begun to arrive, by
/// connection, by caller and in the whole process. A message is charged at the length that it declares, so that one that was
/// admitted can always be finished.
/// </summary>
internal sealed class UnfinishedBytes(TimeProvider clock) : HeldBytes(Most, clock)
{
    private readonly TimeProvider _clock = clock;

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

    /// <summary>How long a message that is charged may take to arrive: what is held for others' is not held for ever.</summary>
    public static readonly TimeSpan Arrival = TimeSpan.FromSeconds(60);

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

    /// <summary>Begins the time that a charged message has to arrive in.</summary>
    /// <param name="callEnded">Ends it early.</param>
    public ArrivalTime BeginArrival(CancellationToken callEnded) => new(_clock, callEnded);

    /// <summary>The time that a message has to arrive in.</summary>
    public sealed class ArrivalTime : IDisposable
    {
        private readonly CancellationTokenSource _timer;
        private readonly CancellationTokenSource _either;

        internal ArrivalTime(TimeProvider clock, CancellationToken callEnded)
        {
            _timer = new(Arrival, clock);
            _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, callEnded);
        }

        /// <summary>Is cancelled when it is over, and when the call ends.</summary>
        public CancellationToken Token => _either.Token;

        /// <summary>Whether it is over.</summary>
        public bool IsOver => _timer.IsCancellationRequested;

        public void Dispose()
        {
            _either.Dispose();
            _timer.Dispose();
        }
    }
}
