using System.Globalization;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Looks for damage in a database file.</summary>
internal static class IntegrityCheck
{
    /// <summary>Up to this size all pages are read at every start, which takes well under a second.</summary>
    private const long QuicklyRead = 64 << 20;

    private const string Sound = "ok";
    private static readonly Sql Full = new("PRAGMA integrity_check(100)");
    private static readonly Sql Tables = new("SELECT name FROM sqlite_master WHERE type = 'table'");

    /// <summary>Where the file's header says how it is written: 1 without a write-ahead log.</summary>
    private const int WriteVersion = 18;

    /// <summary>
    /// Looks whether the log beside the file is its own. A backup goes without one until it is opened; SQLite would take a log that lies
    /// beside it for its own all the same.
    /// </summary>
    /// <exception cref="StorageOpenException">It is that of another file.</exception>
    public static void CheckLog(string path)
    {
        if (new FileInfo(path + "-wal") is not { Exists: true, Length: > 0 })
        {
            return;
        }

        using var file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        Span<byte> version = stackalloc byte[1];
        if (RandomAccess.Read(file, version, WriteVersion) == 1 && version[0] == 1)
        {
            throw Damaged(path, "there is a log beside it that another store wrote");
        }
    }

    /// <summary>Reads every page, and every index against its table; returns what is wrong.</summary>
    public static IReadOnlyList<string> Check(Connection connection)
    {
        var findings = new List<string>();
        using var rows = connection.Use(Full);
        while (rows.Step())
        {
            if (rows.Text(0) is not Sound and var finding)
            {
                findings.Add(finding);
            }
        }

        return findings;
    }

    /// <summary>
    /// What can be found out at every start: of a small store whether all its pages fit together, of a large one whether both ends
    /// of every table can be read. SQLite itself sees when the header is wrong or the file ends too early.
    /// </summary>
    /// <exception cref="SqliteException">It is damaged.</exception>
    /// <exception cref="StorageOpenException">It is damaged.</exception>
    public static void CheckAtStart(Connection connection, string path)
    {
        if (Read(connection, "PRAGMA page_count") * Read(connection, "PRAGMA page_size") > QuicklyRead)
        {
            ReadEnds(connection);
        }
        else if (connection.ReadText("PRAGMA quick_check(1)") is not Sound and var finding)
        {
            throw Damaged(path, finding ?? "it cannot be read");
        }
    }

    /// <summary>The finding for the operator, in one line.</summary>
    public static StorageOpenException Damaged(string path, string finding, Exception? inner = null)
    {
        var message =
            $"The store '{path}' is damaged or is no store: {finding.ReplaceLineEndings(" ").TrimEnd('.')}. "
            + "Put a backup in its place, without the files '-wal' and '-shm' beside it.";
        return inner is null ? new(message) : new(message, inner);
    }

    private static void ReadEnds(Connection connection)
    {
        var tables = new List<string>();
        using (var rows = connection.Use(Tables))
        {
            while (rows.Step())
            {
                tables.Add(rows.Text(0));
            }
        }

        foreach (var table in tables)
        {
            // The first column is what a table is in order of, or begins with it.
            connection.ReadText($"SELECT * FROM {table} ORDER BY 1 LIMIT 1");
            connection.ReadText($"SELECT * FROM {table} ORDER BY 1 DESC LIMIT 1");
        }
    }

    private static long Read(Connection connection, string sql) =>
        long.Parse(connection.ReadText(sql)!, CultureInfo.InvariantCulture);
}
