using ControlPlane.CrashTests.Checking;
using ControlPlane.CrashTests.Ledger;
using ControlPlane.CrashTests.Points;
using ControlPlane.CrashTests.Receiving;
using ControlPlane.CrashTests.Serving;

namespace ControlPlane.CrashTests.Running;

/// <summary>A server that is killed while it makes its store is one that makes it at the next start.</summary>
internal static class FirstStart
{
    private static readonly IReadOnlyList<KillPoint> OfLiteDb =
    [
        new("beginning of the log half written") { Inside = "RuntimeEvent|ControlPlane-Storage-LiteDb/HalfWritten|log" },
        new("file half written") { Inside = "RuntimeEvent|ControlPlane-Storage-LiteDb/HalfWritten|data" },
        new("file written, not synced") { Inside = "RuntimeEvent|ControlPlane-Storage-LiteDb/Syncing|data" },
        new("store half written to the log") { Inside = "RuntimeEvent|ControlPlane-Storage-LiteDb/HalfWritten|log", Count = 2 },
        new("store in the log, not in the file") { Inside = "RuntimeEvent|ControlPlane-Storage-LiteDb/Writing|data", Count = 5 },
        new("store in the file, log not cut") { Inside = "RuntimeEvent|ControlPlane-Storage-LiteDb/Cutting|", Count = 2 },
    ];

    private static readonly IReadOnlyList<KillPoint> OfSqlite =
    [
        new("first write of the file") { Inside = "Write|db|" },
        new("file half written") { Inside = "HalfWritten|db|" },
        new("first write of the log") { Inside = "Write|wal|" },
        new("schema half written") { Inside = "HalfWritten|wal|", Count = 20 },
        new("schema not committed") { Inside = "StatementBegins|COMMIT|" },
        new("first version committed") { Inside = "StatementEnded|COMMIT|" },
        new("later version not committed") { Inside = "StatementBegins|COMMIT|CREATE TABLE redrives" },
        new("default tenant stored") { Inside = "StatementEnded|INSERT INTO tenants|" },
    ];

    /// <summary>Where a first start can be cut: within the files and the transactions that it begins with.</summary>
    public static IReadOnlyList<KillPoint> Of(string provider) => provider == "litedb" ? OfLiteDb : OfSqlite;

    /// <summary>Cuts the first start of a new store, then starts it again.</summary>
    public static async Task RunAsync(KillPoint point, Violations violations)
    {
        await using var receiver = await Receiver.StartAsync(new());
        await using var server = new CrashServer(receiver.AuthorityPem, []);
        violations.Unless(!await server.StartAsync(point), $"The first start never came to '{point.Name}'");
        if (server.Life.Served)
        {
            await server.StopAsync();
            return;
        }

        StoreCheck.RunOnCopy(server.StorePath, $"after the first start was killed at '{point.Name}'", violations);
        await server.StartAsync(null);
        using (var clients = server.Connect())
        {
            var tenants = (await clients.Admin.ListTenantsAsync(new())).Tenants;
            violations.Unless(tenants.Count == 1, $"After '{point.Name}' there are {tenants.Count} tenants in a new store");
        }

        await server.StopAsync();
        StoreCheck.Run(server.StorePath, $"after the start that followed '{point.Name}'", violations);
        server.Log.AssertClean();
    }
}
