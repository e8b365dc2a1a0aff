namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// Copies the write-ahead log into the database file in two steps: most of it on a thread and connection of its own while the
/// writer goes on, then what was added meanwhile by the writer between two transactions. Only the second step can complete the
/// log, so it starts over from its beginning even under steady writing, and commits are held up for the small rest only.
/// </summary>
internal sealed class Checkpointer : IDisposable
{
    private const int DefaultThreshold = 8_192;
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
        writer.ObserveWal();
    }

    /// <summary>Called by the writer between transactions.</summary>
    public void AfterCommit()
    {
        var frames = _writer.WalFrames;
        if (_background is null)
        {
            // After a restart of the log the count begins anew; while readers keep it from restarting it goes on growing.
            _start = frames < _start ? 0 : _start;
            if (frames - _start >= _threshold)
            {
                _background = Task.Run(() => TryCopy(_own));
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
            _writer.Checkpoint(NativeMethods.CheckpointTruncate);
        }
        catch (SqliteException)
        {
            // The log stays, and the next opening reads it.
        }
    }

    public void Dispose() => _own.Dispose();

    private static bool TryCopy(Connection connection)
    {
        try
        {
            connection.Checkpoint(NativeMethods.CheckpointPassive);
            return true;
        }
        catch (SqliteException)
        {
            // Nothing is lost: what is committed stays in the log, and the next threshold tries again.
            return false;
        }
    }
}
