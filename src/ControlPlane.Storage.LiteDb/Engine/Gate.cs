using System.Diagnostics.CodeAnalysis;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// Lets one thread into LiteDB at a time. Its page cache can give a page away that another thread is about to read: a reader then sees
/// another page in its place. Reads are bounded and short, and the writer is in for as long as a commit takes, so neither waits long.
/// </summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The semaphore holds nothing, and a late reader must be told that the store is closed.")]
internal sealed class Gate
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _readers = new(1);

    /// <summary>Runs a read on the thread pool. Of the readers one at a time waits beside the writer, so they cannot keep it out.</summary>
    public async Task<T> ReadAsync<T>(Func<T> read, CancellationToken cancellationToken)
    {
        await _readers.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(
                () =>
                {
                    lock (_gate)
                    {
                        return read();
                    }
                },
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _readers.Release();
        }
    }

    /// <summary>For the writer's thread.</summary>
    public void Enter() => _gate.Enter();

    /// <inheritdoc cref="Enter"/>
    public void Exit() => _gate.Exit();

    public bool IsHeld => _gate.IsHeldByCurrentThread;
}
