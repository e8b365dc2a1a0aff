using System.Text;
using SQLitePCL;
using static SQLitePCL.raw;

namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// A prepared statement. Bind values in the order of the parameters, then step; disposing makes it ready for the next use.
/// Text is UTF-8 and can hold any character; an empty byte array stays distinct from null.
/// </summary>
internal sealed class Statement(Connection connection, sqlite3_stmt handle) : IDisposable
{
    private int _bound;
    private bool _running;

    public Statement Bind(long value)
    {
        connection.Check(sqlite3_bind_int64(handle, ++_bound, value));
        return this;
    }

    public Statement Bind(long? value) => value is { } number ? Bind(number) : BindNull();

    public Statement Bind(bool value) => Bind(value ? 1L : 0L);

    public Statement Bind(DateTimeOffset value) => Bind(value.ToMicroseconds());

    public Statement Bind(DateTimeOffset? value) => value is { } time ? Bind(time.ToMicroseconds()) : BindNull();

    public Statement Bind(string? value)
    {
        if (value is null)
        {
            return BindNull();
        }

        var size = Encoding.UTF8.GetMaxByteCount(value.Length);
        var buffer = size <= 1024 ? stackalloc byte[1024] : new byte[size];
        var length = Encoding.UTF8.GetBytes(value, buffer);
        connection.Check(sqlite3_bind_text(handle, ++_bound, buffer[..length]));
        return this;
    }

    public Statement Bind(byte[]? value)
    {
        if (value is null)
        {
            return BindNull();
        }

        connection.Check(sqlite3_bind_blob(handle, ++_bound, value));
        return this;
    }

    /// <summary>Goes to the next row; false after the last one.</summary>
    public bool Step()
    {
        _running = true;
        var code = sqlite3_step(handle);
        if (code == SQLITE_ROW)
        {
            return true;
        }

        var error = code == SQLITE_DONE ? null : connection.Error(code);
        Dispose();
        return error is null ? false : throw error;
    }

    /// <summary>Runs a statement that returns no rows.</summary>
    public void Run()
    {
        while (Step())
        {
        }
    }

    /// <summary>Runs a statement that returns no rows; returns how many it changed.</summary>
    public int RunAndCount()
    {
        Run();
        return connection.Changes;
    }

    public bool IsNull(int column) => sqlite3_column_type(handle, column) == SQLITE_NULL;

    public long Long(int column) => sqlite3_column_int64(handle, column);

    public long? LongOrNull(int column) => IsNull(column) ? null : Long(column);

    public int Int(int column) => (int)sqlite3_column_int64(handle, column);

    public bool Bool(int column) => Int(column) != 0;

    public DateTimeOffset Time(int column) => Timestamps.FromMicroseconds(Long(column));

    public DateTimeOffset? TimeOrNull(int column) => IsNull(column) ? null : Time(column);

    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    public byte[] Blob(int column) => Bytes(column).ToArray();

    public byte[]? BlobOrNull(int column) => IsNull(column) ? null : Blob(column);

    /// <summary>Gives up the copies of the values that were bound, which otherwise stay until the next ones take their place.</summary>
    public void Forget() => _ = sqlite3_clear_bindings(handle);

    /// <summary>Makes the statement ready for new values.</summary>
    public void Rewind()
    {
        Dispose();
        _bound = 0;
    }

    public void Dispose()
    {
        if (_running)
        {
            _running = false;
            // Repeats the error of the last step, which was thrown already.
            _ = sqlite3_reset(handle);
        }
    }

    /// <summary>Frees the statement; it must not be used again.</summary>
    public void Close() => _ = sqlite3_finalize(handle);

    private Statement BindNull()
    {
        connection.Check(sqlite3_bind_null(handle, ++_bound));
        return this;
    }

    private ReadOnlySpan<byte> Bytes(int column) => sqlite3_column_blob(handle, column);
}
