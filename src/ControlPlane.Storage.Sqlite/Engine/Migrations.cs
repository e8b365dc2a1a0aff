using System.Globalization;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Brings a database file to the schema of this version. The files in Migrations/ run once each, in order.</summary>
internal static class Migrations
{
    /// <summary>Marks the file as a store of this program: "WHCP".</summary>
    private const int ApplicationId = 0x57484350;

    public static int Latest { get; } = Resources().Count();

    /// <summary>Refuses a file that is not a store or newer than this version; changes nothing.</summary>
    public static int Check(Connection connection, string path)
    {
        var version = ReadNumber(connection, "PRAGMA user_version");
        var application = ReadNumber(connection, "PRAGMA application_id");
        var empty = ReadNumber(connection, "SELECT count(*) FROM sqlite_master") == 0;
        if (!(empty && version == 0) && application != ApplicationId)
        {
            throw new StorageOpenException($"'{path}' is a database of another program.");
        }

        if (version > Latest)
        {
            throw new StorageOpenException(
                $"The store '{path}' was written by a newer version: its schema is {version}, this version knows {Latest}.");
        }

        return version;
    }

    public static void Apply(Connection connection, int version)
    {
        foreach (var name in Resources().Skip(version))
        {
            version++;
            connection.Execute(
                $"BEGIN IMMEDIATE; {Read(name)}; PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {version}; COMMIT;");
        }
    }

    private static IEnumerable<string> Resources() => typeof(Migrations).Assembly.GetManifestResourceNames()
        .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(Migrations).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private static int ReadNumber(Connection connection, string sql) =>
        int.Parse(connection.ReadText(sql)!, CultureInfo.InvariantCulture);
}
