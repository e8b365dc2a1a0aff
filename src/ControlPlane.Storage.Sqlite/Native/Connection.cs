using System.Runtime.InteropServices;
using System.Text;
using SQLitePCL;
using static SQLitePCL.raw;

namespace ControlPlane.Storage.Sqlite;

/// <summary>One connection with its prepared statements. Used by one thread at a time.</summary>
internal sealed class Connection : IDisposable
{
    /// <summary>SQLITE_CHECKPOINT_NOOP: returns the counts alone. The package does not name it.</summary>
    private const int NoCheckpoint = -1;

    private readonly sqlite3 _handle;
    private Statement?[] _statements = new Statement?[64];
    private bool _disposed;

    static Connection() => SetProvider(new SQLite3Provider_e_sqlite3());

    private Connection(sqlite3 handle) => _handle = handle;

    public static Connection Open(string path, bool readOnly)
    {
        var code = sqlite3_open_v2(path, out var handle, (readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_NOMUTEX, null);
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

    /// <summary>Frames in the write-ahead log when <see cref="CountWalFrames"/> was last called.</summary>
    public int WalFrames { get; private set; }

    public void CountWalFrames() => WalFrames = Checkpoint(NoCheckpoint).Frames;

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
    public void Execute(string sql) => Check(sqlite3_exec(_handle, sql));

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

    /// <summary>Copies the log into the database file as far as the mode, one of SQLITE_CHECKPOINT_, says. Returns the frames in the log and how many of them are copied.</summary>
    public (int Frames, int Copied) Checkpoint(int mode)
    {
        Check(sqlite3_wal_checkpoint_v2(_handle, null, mode, out var frames, out var copied));
        return (frames, copied);
    }

    /// <summary>Ends what runs, if anything does, with <see cref="SqliteException.Interrupt"/>. The one call that another thread may make.</summary>
    public void Interrupt() => sqlite3_interrupt(_handle);

    private Statement Prepare(string sql)
    {
        Check(sqlite3_prepare_v3(_handle, Encoding.UTF8.GetBytes(sql), SQLITE_PREPARE_PERSISTENT, out var statement));
        return new Statement(this, statement);
    }

    public void Check(int code)
    {
        if (code != SQLITE_OK)
        {
            throw Error(code);
        }
    }

    public SqliteException Error(int code)
    {
        // Right after the call that failed. SQLite keeps it only for some of them, and not for a commit.
        var systemError = Marshal.GetLastSystemError();
        var message = _handle.IsInvalid ? sqlite3_errstr(code) : sqlite3_errmsg(_handle);
        return new SqliteException(code, systemError, message.utf8_to_string() ?? "unknown error");
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
    }
}
