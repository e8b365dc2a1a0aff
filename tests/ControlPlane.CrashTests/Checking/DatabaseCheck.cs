using ControlPlane.CrashTests.Ledger;
using ControlPlane.Testing.Postgres;

namespace ControlPlane.CrashTests.Checking;

/// <summary>The database that nodes shared holds together once all of them were stopped and every delivery has ended.</summary>
internal static class DatabaseCheck
{
    private static readonly (string What, string Query)[] Strays =
    [
        ("nodes are left", "SELECT count(*) FROM nodes"),
        ("shards or jobs have an owner", "SELECT count(*) FROM ownerships"),
        ("deliveries wait or are leased", "SELECT count(*) FROM deliveries WHERE due IS NOT NULL OR lease_until IS NOT NULL OR lease_owner IS NOT NULL"),
        ("deliveries are counted as open", "SELECT open FROM store"),
        ("tenants have deliveries that are counted as open", "SELECT count(*) FROM backlogs WHERE open <> 0"),
        ("webhooks have deliveries that are counted as waiting", "SELECT count(*) FROM webhook_backlogs WHERE waiting <> 0"),
        ("deliveries belong to no event", "SELECT count(*) FROM deliveries d WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.seq = d.event_seq)"),
        ("events have no payload", "SELECT count(*) FROM events e WHERE NOT EXISTS (SELECT 1 FROM payloads p WHERE p.event_seq = e.seq)"),
        ("deliveries have another number of attempts than they count",
            "SELECT count(*) FROM deliveries d WHERE attempt_count <> (SELECT count(*) FROM attempts a WHERE a.delivery_seq = d.seq)"),
        ("attempts belong to no delivery", "SELECT count(*) FROM attempts a WHERE NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.seq = a.delivery_seq)"),
        ("revisions are given twice, or not yet",
            "SELECT count(*) - count(DISTINCT revision) + count(*) FILTER (WHERE revision > (SELECT revision FROM store)) FROM deliveries"),
    ];

    public static async Task RunAsync(string database, string when, Violations violations)
    {
        foreach (var (what, query) in Strays)
        {
            var strays = await PostgresServer.ReadNumberAsync(query, database);
            violations.Unless(strays == 0, $"{strays} {what} {when}.");
        }
    }
}
