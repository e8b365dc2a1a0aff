using System.Diagnostics;
using SQLitePCL;

namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// Copies the write-ahead log into the database file in two steps: most of it on a thread and connection of its own while the
/// writer goes on, then what was added meanwhile, and so on while that is much; then the rest by the writer between two transactions.
/// Only that can complete the log, so it starts over from its beginning even under steady writing, and commits are held up for a rest
/// that takes about as long as one of them.
/// </summary>
internal sealed class Checkpointer : IDisposable
{
    private const int DefaultThreshold = 8_192;

    /// <summary>Frames that the writer can be given to copy.</summary>
    private const int SmallRest = 128;

    /// <summary>A disk can be so slow that the rest never gets small.</summary>
    private const int MostRounds = 5;

    private readonly Connection _writer;
    private readonly Connection _own;
    private readonly int _threshold;
    private Task<bool>? _background;
    private int _start;

    public Checkpointer(Connection writer, Connection own, int threshold = DefaultThreshold)
    {
        _writer = writer;
        _own = own;
        _threshold = threshold;
    }

    /// <summary>Called by the writer between transactions.</summary>
    public void AfterCommit()
    {
        _writer.CountWalFrames();
        var frames = _writer.WalFrames;
        if (_background is null)
        {
            // After a restart of the log the count starts over; while readers keep it from restarting it goes on growing.
            _start = frames < _start ? 0 : _start;
            if (frames - _start >= _threshold)
            {
                _background = Task.Run(CopyMost);
            }
        }
        else if (_background.IsCompleted)
        {
            if (_background.Result)
            {
                TryCopy(_writer);
            }

            _background = null;
            _start = frames;
        }
    }

    /// <summary>Copies everything and empties the log. Called when the writer has stopped and no reader is left.</summary>
    public void Finish()
    {
        _background?.Wait();
        try
        {
            _writer.Checkpoint(raw.SQLITE_CHECKPOINT_TRUNCATE);
        }
        catch (SqliteException)
        {
            // The log stays, and the next opening reads it.
        }
    }

    public void Dispose() => _own.Dispose();

    /// <summary>Whether what is left is for the writer.</summary>
    private bool CopyMost()
    {
        var began = Stopwatch.GetTimestamp();
        var done = TryCopyMost();
        StorageMetrics.Checkpointed(Stopwatch.GetElapsedTime(began));
        return done;
    }

    private bool TryCopyMost()
    {
        var before = 0;
        for (var round = 0; round < MostRounds; round++)
        {
            if (TryCopy(_own) is not { } log)
            {
                return false;
            }

            if (log.Frames - before < SmallRest)
            {
                break;
            }

            // A reader of an old snapshot holds it up. When that is gone the log can be long, and is not for the writer.
            if (log.Copied == before)
            {
                return log.Frames - log.Copied < _threshold;
            }

            before = log.Copied;
        }

        return true;
    }

    private static (int Frames, int Copied)? TryCopy(Connection connection)
    {
        try
        {
            return connection.Checkpoint(raw.SQLITE_CHECKPOINT_PASSIVE);
        }
        catch (SqliteException)
        {
            // Nothing is lost: what is committed stays in the log, and the next threshold tries again.
            return null;
        }
    }
}
