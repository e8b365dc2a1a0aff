using System.Globalization;
using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// Writes copies of the store by <c>VACUUM INTO</c>, within one read of one snapshot. The alternative, SQLite's backup interface,
/// starts over whenever another connection has committed, so that under steady writing it ends only if it too copies everything
/// within one read; and it would take along the free pages, in which removed rows linger.
/// </summary>
internal static class BackupWriter
{
    private static readonly Sql VacuumInto = new("VACUUM INTO ?");

    /// <summary>How many bytes a copy will have, roughly.</summary>
    public static long Estimate(Connection connection) =>
        (Read(connection, "PRAGMA page_count") - Read(connection, "PRAGMA freelist_count")) * Read(connection, "PRAGMA page_size");

    /// <summary>Writes a copy and syncs it, under the name that says that it is not complete; then checks it and gives it its name.</summary>
    public static BackupResult Write(Connection connection, string path)
    {
        var partial = path + IFileBackup.PartialSuffix;
        try
        {
            if (File.Exists(path))
            {
                return new BackupResult.Exists();
            }

            File.Delete(partial);
            PrivateFiles.Create(partial);
            connection.Use(VacuumInto).Bind(partial).Run();
            // SQLite leaves that to the system.
            using (var file = new FileStream(partial, FileMode.Open, FileAccess.ReadWrite))
            {
                file.Flush(flushToDisk: true);
            }

            var done = Verify(partial);
            File.Move(partial, path);
            DirectorySync.Flush(Path.GetDirectoryName(path)!);
            return done;
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static BackupResult.Done Verify(string path)
    {
        using var copy = Connection.Open(path, readOnly: true);
        return copy.ReadText("PRAGMA integrity_check(1)") is not "ok" and var fault
            ? throw new IOException($"The copy was not written soundly: {fault}")
            : new BackupResult.Done(new FileInfo(path).Length, Read(copy, "SELECT revision FROM meta"));
    }

    private static long Read(Connection connection, string sql) =>
        long.Parse(connection.ReadText(sql)!, CultureInfo.InvariantCulture);
}
