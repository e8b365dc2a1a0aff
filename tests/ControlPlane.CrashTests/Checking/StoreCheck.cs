using ControlPlane.CrashTests.Ledger;
using ControlPlane.Storage.Sqlite;

namespace ControlPlane.CrashTests.Checking;

/// <summary>The store's file is sound, as a dead server left it and after a stop.</summary>
internal static class StoreCheck
{
    private static readonly string[] Suffixes = ["", "-wal"];

    /// <summary>Checks what a killed server left: a copy, since opening the file would repair it before the server does.</summary>
    /// <param name="path">The database file of a server that does not run.</param>
    /// <param name="when">What a violation says of the time.</param>
    /// <param name="violations">Takes what is found.</param>
    public static void RunOnCopy(string path, string when, Violations violations)
    {
        var folder = Directory.CreateTempSubdirectory("controlplane-crash-");
        try
        {
            var copy = Path.Combine(folder.FullName, "copy.db");
            foreach (var suffix in Suffixes.Where(suffix => File.Exists(path + suffix)))
            {
                File.Copy(path + suffix, copy + suffix);
            }

            if (File.Exists(copy))
            {
                Run(copy, when, violations);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Checks what a server left that was stopped.</summary>
    public static void Run(string path, string when, Violations violations)
    {
        try
        {
            using var connection = Connection.Open(path, readOnly: false);
            var found = connection.ReadText("PRAGMA integrity_check");
            violations.Unless(found == "ok", $"The store is damaged {when}: {found}");
            if (connection.ReadText("SELECT count(*) FROM sqlite_master WHERE name = 'dead_letters'") == "1")
            {
                var strays = connection.ReadText(
                    "SELECT count(*) FROM deliveries LEFT JOIN dead_letters ON delivery = seq WHERE (state = 5) <> (delivery IS NOT NULL)");
                violations.Unless(strays == "0", $"{strays} deliveries are dead in one table only {when}.");
            }
        }
        catch (SqliteException e)
        {
            violations.Add($"The store cannot be opened {when}: {e.Message}");
        }
    }
}
