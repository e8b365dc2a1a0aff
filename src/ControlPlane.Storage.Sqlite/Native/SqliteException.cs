namespace ControlPlane.Storage.Sqlite;

/// <summary>SQLite refused something, in a way that the engine does not expect.</summary>
public sealed class SqliteException : Exception
{
    internal const int Interrupt = 9;
    internal const int Full = 13;

    public SqliteException() { }
    public SqliteException(string message) : base(message) { }
    public SqliteException(string message, Exception inner) : base(message, inner) { }
    internal SqliteException(int code, string message) : base(message) => Code = code;

    /// <summary>The extended result code; see https://www.sqlite.org/rescode.html.</summary>
    public int Code { get; }

    /// <summary>Whether the cause lies outside of the database and can pass: no space, no permission, failing input and output.</summary>
    public bool IsOutage => (Code & 0xff) is
        5 /* BUSY */ or 6 /* LOCKED */ or 7 /* NOMEM */ or 8 /* READONLY */ or 10 /* IOERR */ or Full or 14 /* CANTOPEN */
        or 15 /* PROTOCOL */;

    internal static Exception Translate(Exception exception) =>
        exception is SqliteException { IsOutage: true } outage
            ? new StorageUnavailableException($"The store cannot be used now: {outage.Message}.", outage)
            : exception;
}
