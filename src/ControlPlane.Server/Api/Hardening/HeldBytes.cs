namespace ControlPlane.Server.Api.Hardening;

/// <summary>Bounds bytes that are held for requests: by connection, by caller and in the whole process.</summary>
/// <param name="most">The bounds.</param>
/// <param name="clock">Measures how long is waited.</param>
internal abstract class HeldBytes(HeldBytes.Bounds most, TimeProvider clock)
{
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
    public async ValueTask<Charge?> ChargeAsync(string connection, string? keyId, int bytes, CancellationToken cancellationToken)
    {
        var charge = new Charge(this, connection, keyId, Math.Max(bytes, most.Least));
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

            var left = most.Patience - clock.GetElapsedTime(began);
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
        (_total + charge.Bytes <= most.PerProcess || IsModest(charge))
        && _connections.GetValueOrDefault(charge.Connection) + charge.Bytes <= (charge.KeyId is null ? most.PerOpenConnection : most.PerConnection)
        && (charge.KeyId is null
            ? _withoutKey + charge.Bytes <= most.WithoutKey
            : _keys.GetValueOrDefault(charge.KeyId) + charge.Bytes <= most.PerKey);

    /// <summary>What many hold must not keep out those who hold little.</summary>
    private bool IsModest(Charge charge) => charge.KeyId is not null && _keys.GetValueOrDefault(charge.KeyId) + charge.Bytes <= most.Always;

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

    private void Free(Charge charge, long least)
    {
        TaskCompletionSource freed;
        lock (_lock)
        {
            Add(charge, -charge.Reduce(least));
            (freed, _freed) = (_freed, New());
        }

        freed.SetResult();
    }

    // Whoever waits goes on elsewhere, never inside the call that frees.
    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is held, until it is disposed of.</summary>
    internal sealed class Charge(HeldBytes owner, string connection, string? keyId, long bytes) : IDisposable
    {
        private bool _freed;

        public string Connection => connection;

        public string? KeyId => keyId;

        public long Bytes { get; private set; } = bytes;

        /// <summary>It turned out to hold less.</summary>
        public void Shrink(long least) => owner.Free(this, least);

        public void Dispose() => owner.Free(this, 0);

        /// <summary>Returns by how much it became less. Under the lock of its owner.</summary>
        public long Reduce(long least)
        {
            var freed = _freed ? 0 : Math.Max(0, Bytes - least);
            Bytes -= freed;
            _freed |= least == 0;
            return freed;
        }
    }

    /// <summary>How many bytes may be held.</summary>
    internal sealed record Bounds
    {
        public required long Least { get; init; }

        public required long PerConnection { get; init; }

        public long PerOpenConnection { get; init; }

        public required long PerKey { get; init; }

        public long WithoutKey { get; init; }

        public required long PerProcess { get; init; }

        /// <summary>What a caller may hold even while the process has as much as it may.</summary>
        public long Always { get; init; }

        public required TimeSpan Patience { get; init; }
    }
}
