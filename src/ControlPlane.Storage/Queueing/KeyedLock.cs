namespace ControlPlane.Storage;

/// <summary>Lets one at a time through for each key. Keys that nobody holds or waits for take no memory.</summary>
/// <remarks>For any number of threads.</remarks>
/// <typeparam name="TKey">What is let through one at a time.</typeparam>
public sealed class KeyedLock<TKey>
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Turn> _turns = [];

    /// <summary>Waits for the key's turn. Disposing the result gives it on.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async Task<IDisposable> EnterAsync(TKey key, CancellationToken cancellationToken)
    {
        Turn? turn;
        lock (_lock)
        {
            if (!_turns.TryGetValue(key, out turn))
            {
                _turns[key] = turn = new Turn();
            }

            turn.Users++;
        }

        try
        {
            await turn.Free.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Leave(key, turn);
            throw;
        }

        return new Holder(this, key, turn);
    }

    private void Leave(TKey key, Turn turn)
    {
        lock (_lock)
        {
            if (--turn.Users == 0)
            {
                _turns.Remove(key);
                turn.Free.Dispose();
            }
        }
    }

    private sealed class Turn
    {
        public SemaphoreSlim Free { get; } = new(1);

        public int Users { get; set; }
    }

    private sealed class Holder(KeyedLock<TKey> gate, TKey key, Turn turn) : IDisposable
    {
        public void Dispose()
        {
            turn.Free.Release();
            gate.Leave(key, turn);
        }
    }
}
