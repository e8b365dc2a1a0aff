namespace ControlPlane.Storage.Postgres;

/// <summary>Counts what has begun, so that closing can wait for its end.</summary>
internal sealed class InFlight
{
    private readonly Lock _lock = new();

    /// <summary>Whether the current flow of calls is inside already: what it calls is part of what has begun.</summary>
    private readonly AsyncLocal<bool> _inside = new();
    private readonly TaskCompletionSource _none = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private bool _closed;

    /// <summary>Counts one, and what it calls, until it is disposed of; null if closed.</summary>
    public IDisposable? TryEnter()
    {
        lock (_lock)
        {
            if (_closed && !(_inside.Value && _count > 0))
            {
                return null;
            }

            _count++;
            _inside.Value = true;
            return new Use(this);
        }
    }

    /// <summary>Lets nobody in any more; completes when nobody is in.</summary>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            _closed = true;
            if (_count == 0)
            {
                _none.TrySetResult();
            }
        }

        return _none.Task;
    }

    private void Exit()
    {
        lock (_lock)
        {
            if (--_count == 0 && _closed)
            {
                _none.TrySetResult();
            }
        }
    }

    private sealed class Use(InFlight owner) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                owner.Exit();
            }
        }
    }
}
