using System.Diagnostics;
using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// Copies the log into the data file in two steps: most of it on a thread of its own while the writer goes on, then what was added
/// meanwhile, and so on while that is much; then the rest by LiteDB between two transactions. Only that can cut the log, and it holds
/// commits up for about as long as one of them.
/// </summary>
/// <remarks>
/// A page that is in the log is never read from the data file until the log is cut, and the log has everything until then. So the
/// data file can be written to at any time.
/// </remarks>
internal sealed class Checkpointer
{
    /// <summary>Frames that LiteDB can be given to copy.</summary>
    private const int SmallRest = 128;

    /// <summary>A disk can be so slow that the rest never gets small.</summary>
    private const int MostRounds = 5;

    private readonly StoreFiles _files;
    private readonly Gate _gate;
    private readonly OpenFiles _open;
    private readonly int _threshold;
    private readonly Lock _holding = new();
    private Task<bool>? _background;
    private int _holds;

    public Checkpointer(StoreFiles files, Gate gate, OpenFiles open, int threshold)
    {
        (_files, _gate, _open, _threshold) = (files, gate, open, threshold);
    }

    /// <summary>Called by the writer between transactions.</summary>
    public void AfterCommit()
    {
        lock (_holding)
        {
            if (_holds > 0)
            {
                return;
            }

            if (_background is null)
            {
                if (_files.Log.Frames >= _threshold)
                {
                    _background = Task.Run(CopyMost);
                }
            }
            else if (_background.IsCompleted)
            {
                var copied = _background;
                _background = null;
                if (copied.GetAwaiter().GetResult())
                {
                    TryFinish();
                }
            }
        }
    }

    /// <summary>Copies everything, cuts the log, and lets nothing be copied until disposed of: the data file then stays as it is.</summary>
    /// <exception cref="StorageUnavailableException">The store could not be opened again after a failure: there is more than the data file has.</exception>
    public IDisposable Hold()
    {
        Task<bool>? background;
        lock (_holding)
        {
            _holds++;
            (background, _background) = (_background, null);
        }

        var holding = new Holding(this);
        try
        {
            background?.GetAwaiter().GetResult();
            Finish();
            return holding;
        }
        catch
        {
            holding.Dispose();
            throw;
        }
    }

    /// <summary>Copies everything and cuts the log when the writer has stopped and no reader is left.</summary>
    public void Close()
    {
        ((Task?)_background)?.ContinueWith(static _ => { }, TaskScheduler.Default).Wait();
        TryFinish();
    }

    private void TryFinish()
    {
        try
        {
            Finish();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StorageUnavailableException or StorageDamagedException)
        {
            // Nothing is lost: what is committed stays in the log, and the next threshold tries again, unless the store is damaged.
        }
    }

    private void Finish()
    {
        _gate.Enter();
        try
        {
            if (_files.Log.Frames > 0)
            {
                _ = _files.Documents;
                // What is in the log must not go to a file that nobody opens again.
                _open.ThrowIfReplaced();
                var began = Stopwatch.GetTimestamp();
                _files.Checkpoint();
                StorageMetrics.Checkpointed(Stopwatch.GetElapsedTime(began));
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Returns whether what is left is for LiteDB.</summary>
    private bool CopyMost()
    {
        try
        {
            for (var round = 0; round < MostRounds; round++)
            {
                if (_files.Pages.Copy(_files.Data) < SmallRest)
                {
                    break;
                }
            }

            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private sealed class Holding(Checkpointer checkpointer) : IDisposable
    {
        private bool _disposed;

        public void Dispose()
        {
            lock (checkpointer._holding)
            {
                checkpointer._holds -= _disposed ? 0 : 1;
                _disposed = true;
            }
        }
    }
}
