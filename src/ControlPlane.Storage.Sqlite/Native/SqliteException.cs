namespace ControlPlane.Storage.Sqlite;

/// <summary>SQLite refused something, in a way that the engine does not expect.</summary>
public sealed class SqliteException : Exception
{
    internal const int Interrupt = 9;
    internal const int Full = 13;
    private const int InputOutput = 10;
    private const int CannotOpen = 14;

    public SqliteException() { }
    public SqliteException(string message) : base(message) { }
    public SqliteException(string message, Exception inner) : base(message, inner) { }
    internal SqliteException(int code, int systemError, string message) : base(message) => (Code, SystemError) = (code, systemError);

    /// <summary>The extended result code; see https://www.sqlite.org/rescode.html.</summary>
    public int Code { get; }

    /// <summary>The operating system's last error number; it means something only where input or output failed.</summary>
    public int SystemError { get; }

    /// <summary>Whether the cause lies outside of the database and can pass: no space, no permission, failing input and output.</summary>
    public bool IsOutage => !IsDamage && (Code & 0xff) is
        5 /* BUSY */ or 6 /* LOCKED */ or 7 /* NOMEM */ or 8 /* READONLY */ or InputOutput or Full or CannotOpen or 15 /* PROTOCOL */;

    /// <summary>Whether a row would have broken a rule of the schema, such as a key that is taken.</summary>
    public bool IsConstraint => (Code & 0xff) == 19;

    /// <summary>Whether the disk or a quota is full.</summary>
    public bool IsNoRoom => (Code & 0xff) == Full
        || ((Code & 0xff) is InputOutput or CannotOpen && SystemError is 27 /* EFBIG */ or 28 /* ENOSPC */ or 122 /* EDQUOT */);

    /// <summary>Whether the file does not hold what it must. A file that ends too early is read short.</summary>
    public bool IsDamage => (Code & 0xff) is 11 /* CORRUPT */ or 26 /* NOTADB */
        || Code is 522 /* IOERR_SHORT_READ */ or 8458 /* IOERR_CORRUPTFS */;
}
