using ControlPlane.CrashTests.Ledger;
using ControlPlane.Storage;
using ControlPlane.Storage.LiteDb;
using ControlPlane.Storage.Sqlite;
using ControlPlane.Testing;

namespace ControlPlane.CrashTests.Checking;

/// <summary>The store's file is sound, as a dead server left it and after a stop.</summary>
internal static class StoreCheck
{
    private static readonly string[] Suffixes = ["", "-wal", "-log", "-sums"];

    /// <summary>What lists deliveries beside their table, and has to be in step with it.</summary>
    private static readonly (string What, string Query)[] Strays =
    [
        ("deliveries are dead in one table only",
            "SELECT count(*) FROM deliveries LEFT JOIN dead_letters ON delivery = seq WHERE (state = 5) <> (delivery IS NOT NULL)"),
        ("dead letters have no delivery", "SELECT count(*) FROM dead_letters WHERE delivery NOT IN (SELECT seq FROM deliveries)"),
        ("deliveries are not listed, or too early, by their webhook",
            """
            SELECT count(*) FROM deliveries CROSS JOIN meta
              LEFT JOIN webhook_deliveries ON webhook = deliveries.webhook_seq AND delivery = seq
            WHERE (seq <= webhook_deliveries_to) <> (delivery IS NOT NULL)
            """),
        ("deliveries are listed by their webhook and are not there",
            "SELECT count(*) FROM webhook_deliveries WHERE delivery NOT IN (SELECT seq FROM deliveries)"),
    ];

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
        if (ServerSetup.ChosenProvider == LiteDbStorage.Provider)
        {
            RunLiteDb(path, when, violations);
            return;
        }

        try
        {
            using var connection = Connection.Open(path, readOnly: false);
            var found = connection.ReadText("PRAGMA integrity_check");
            violations.Unless(found == "ok", $"The store is damaged {when}: {found}");
            // A server that was killed in its first start has no tables.
            if (connection.ReadText("SELECT count(*) FROM sqlite_master WHERE name = 'webhook_deliveries'") == "1")
            {
                foreach (var (what, query) in Strays)
                {
                    var strays = connection.ReadText(query);
                    violations.Unless(strays == "0", $"{strays} {what} {when}.");
                }
            }
        }
        catch (SqliteException e)
        {
            violations.Add($"The store cannot be opened {when}: {e.Message}");
        }
    }

    private static void RunLiteDb(string path, string when, Violations violations)
    {
        try
        {
            var database = LiteDbStorage.OpenDatabase(new LiteDbStorageOptions { Path = path });
            foreach (var found in new LiteDbIntegrity(database).CheckAsync(CancellationToken.None).GetAwaiter().GetResult())
            {
                violations.Add($"The store is damaged {when}: {found}");
            }

            CheckCounts(database, when, violations);
            database.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
        catch (StorageOpenException e)
        {
            violations.Add($"The store cannot be opened {when}: {e.Message}");
        }
    }

    /// <summary>What is counted as open and as waiting is what is stored.</summary>
    private static void CheckCounts(LiteDbDatabase database, string when, Violations violations)
    {
        var stored = database.ReadAsync(
            documents =>
            {
                var all = new List<DeliveryRecord>();
                using var rows = documents.Within(Collections.Deliveries, long.MinValue, long.MaxValue);
                while (rows.Step())
                {
                    all.Add(DeliveryFormat.ReadRecord(rows.Current));
                }

                return all;
            },
            CancellationToken.None).GetAwaiter().GetResult();
        foreach (var tenant in stored.GroupBy(delivery => delivery.TenantId))
        {
            var (open, counted) = (tenant.Count(delivery => !delivery.Ended), database.Backlog.Of(tenant.Key).OfTenant);
            violations.Unless(open == counted, $"{open} deliveries of {tenant.Key} are open and {counted} are counted {when}.");
        }

        foreach (var webhook in stored.GroupBy(delivery => delivery.WebhookId))
        {
            var waiting = webhook.Count(delivery => !delivery.Ended && delivery.State != DeliveryState.InFlight);
            var counted = database.Backlog.WaitingOfWebhook(webhook.Key);
            violations.Unless(waiting == counted, $"{waiting} deliveries of {webhook.Key} wait and {counted} are counted {when}.");
        }
    }
}
