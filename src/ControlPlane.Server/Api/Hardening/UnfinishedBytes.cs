namespace ControlPlane.Server.Api.Hardening;

/// <summary>
/// The one place that bounds what requests hold before they are carried out: bytes of messages that have begun to arrive, by
/// connection, by caller and in the whole process. A message is charged at the length that it declares, so that one that was
/// admitted can always be finished.
/// </summary>
internal sealed class UnfinishedBytes(TimeProvider clock)
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

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _connections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _keys = new(StringComparer.Ordinal);
    private TaskCompletionSource _freed = New();
    private long _withoutKey;
    private long _total;

    /// <summary>The bytes that are charged now.</summary>
    public long Total
    {
        get
        {
            lock (_lock)
            {
                return _total;
            }
        }
    }

    /// <summary>
    /// Charges a message, and waits for room if there is none. Dispose of what it returns when the message is no longer held;
    /// null if there was no room in time. Without a key nobody waits.
    /// </summary>
    /// <param name="connection">The connection's id.</param>
    /// <param name="keyId">The caller's key; null for a method that needs none.</param>
    /// <param name="bytes">The length of the message.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<IDisposable?> ChargeAsync(string connection, string? keyId, int bytes, CancellationToken cancellationToken)
    {
        var charge = new Charge(this, connection, keyId, Math.Max(bytes, LeastCharge));
        var began = clock.GetTimestamp();
        while (true)
        {
            Task freed;
            lock (_lock)
            {
                if (HasRoom(charge))
                {
                    Add(charge, charge.Bytes);
                    return charge;
                }

                freed = _freed.Task;
            }

            var left = Patience - clock.GetElapsedTime(began);
            if (keyId is null || left <= TimeSpan.Zero)
            {
                return null;
            }

            // Whoever waited in vain finds that out above.
            await freed.WaitAsync(left, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private bool HasRoom(Charge charge) =>
        _total + charge.Bytes <= PerProcess
        && _connections.GetValueOrDefault(charge.Connection) + charge.Bytes <= (charge.KeyId is null ? PerOpenConnection : PerConnection)
        && (charge.KeyId is null
            ? _withoutKey + charge.Bytes <= WithoutKey
            : _keys.GetValueOrDefault(charge.KeyId) + charge.Bytes <= PerKey);

    private void Add(Charge charge, long bytes)
    {
        _total += bytes;
        Add(_connections, charge.Connection, bytes);
        if (charge.KeyId is null)
        {
            _withoutKey += bytes;
        }
        else
        {
            Add(_keys, charge.KeyId, bytes);
        }
    }

    private static void Add(Dictionary<string, long> sums, string key, long bytes)
    {
        var sum = sums.GetValueOrDefault(key) + bytes;
        if (sum == 0)
        {
            sums.Remove(key);
        }
        else
        {
            sums[key] = sum;
        }
    }

    private void Free(Charge charge)
    {
        TaskCompletionSource freed;
        lock (_lock)
        {
            Add(charge, -charge.Bytes);
            (freed, _freed) = (_freed, New());
        }

        freed.SetResult();
    }

    // Whoever waits goes on elsewhere, never inside the call that frees.
    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Charge(UnfinishedBytes owner, string connection, string? keyId, long bytes) : IDisposable
    {
        private UnfinishedBytes? _owner = owner;

        public string Connection => connection;

        public string? KeyId => keyId;

        public long Bytes => bytes;

        public void Dispose() => Interlocked.Exchange(ref _owner, null)?.Free(this);
    }
}
