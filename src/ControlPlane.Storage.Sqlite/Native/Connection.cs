using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using static ControlPlane.Storage.Sqlite.NativeMethods;

namespace ControlPlane.Storage.Sqlite;

/// <summary>One connection with its prepared statements. Used by one thread at a time.</summary>
internal sealed unsafe class Connection : IDisposable
{
    private readonly nint _handle;
    private readonly int* _walFrames;
    private Statement?[] _statements = new Statement?[64];
    private bool _disposed;

    private Connection(nint handle)
    {
        _handle = handle;
        _walFrames = (int*)NativeMemory.AllocZeroed(sizeof(int));
    }

    public static Connection Open(string path, bool readOnly)
    {
        var code = sqlite3_open_v2(path, out var handle, (readOnly ? OpenReadOnly : OpenReadWrite) | OpenNoMutex, 0);
        var connection = new Connection(handle);
        try
        {
            connection.Check(code);
            connection.Check(sqlite3_extended_result_codes(handle, 1));
            connection.Check(sqlite3_busy_timeout(handle, 5_000));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public bool InTransaction => sqlite3_get_autocommit(_handle) == 0;

    /// <summary>How many rows the last statement changed that changes any.</summary>
    public int Changes => sqlite3_changes(_handle);

    /// <summary>Frames in the write-ahead log as of this connection's last commit; needs <see cref="ObserveWal"/>.</summary>
    public int WalFrames => *_walFrames;

    /// <summary>Counts the log's frames from now on. Takes the place of automatic checkpoints.</summary>
    public void ObserveWal() => sqlite3_wal_hook(_handle, &OnCommit, _walFrames);

    /// <summary>A statement ready to bind, its parameters in the order of the text. Dispose of it or run it to the end.</summary>
    public Statement Use(Sql sql)
    {
        if (sql.Number >= _statements.Length)
        {
            Array.Resize(ref _statements, Math.Max(sql.Number + 1, _statements.Length * 2));
        }

        var statement = _statements[sql.Number] ??= Prepare(sql.Text);
        statement.Rewind();
        return statement;
    }

    /// <summary>Runs statements that return nothing of interest and need no parameters.</summary>
    public void Execute(string sql) => Check(sqlite3_exec(_handle, sql, 0, 0, 0));

    /// <summary>The first column of the first row of a statement that is used once.</summary>
    public string? ReadText(string sql)
    {
        var statement = Prepare(sql);
        try
        {
            return statement.Step() ? statement.TextOrNull(0) : null;
        }
        finally
        {
            statement.Close();
        }
    }

    /// <summary>Copies the log into the database file. Returns the frames in the log and how many of them are copied.</summary>
    public (int Frames, int Copied) Checkpoint(int mode)
    {
        Check(sqlite3_wal_checkpoint_v2(_handle, 0, mode, out var frames, out var copied));
        return (frames, copied);
    }

    /// <summary>Ends what runs, if anything does, with <see cref="SqliteException.Interrupt"/>. The one call that another thread may make.</summary>
    public void Interrupt() => sqlite3_interrupt(_handle);

    private Statement Prepare(string sql)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        fixed (byte* text = bytes)
        {
            Check(sqlite3_prepare_v3(_handle, text, bytes.Length, PreparePersistent, out var statement, null));
            return new Statement(this, statement);
        }
    }

    public void Check(int code)
    {
        if (code != Ok)
        {
            throw Error(code);
        }
    }

    public SqliteException Error(int code)
    {
        // Right after the call that failed. SQLite keeps it only for some of them, and not for a commit.
        var systemError = Marshal.GetLastSystemError();
        var message = Marshal.PtrToStringUTF8((nint)(_handle == 0 ? sqlite3_errstr(code) : sqlite3_errmsg(_handle)));
        return new SqliteException(code, systemError, message ?? "unknown error");
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        foreach (var statement in _statements)
        {
            statement?.Close();
        }

        _ = sqlite3_close_v2(_handle);
        NativeMemory.Free(_walFrames);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnCommit(void* frames, nint database, byte* name, int count)
    {
        *(int*)frames = count;
        return Ok;
    }
}
