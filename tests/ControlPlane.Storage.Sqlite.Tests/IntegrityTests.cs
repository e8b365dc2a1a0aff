using ControlPlane.Storage.Compliance;

namespace ControlPlane.Storage.Sqlite.Tests;

/// <summary>The file after everything at once.</summary>
public sealed class IntegrityTests : HammerTests<SqliteSource>
{
    protected override async Task CheckAfterwardsAsync()
    {
        // Reads only: the store is still open.
        using var connection = Connection.Open(Source.File, readOnly: true);
        Assert.Equal("ok", connection.ReadText("PRAGMA integrity_check"));
        Assert.Equal("0", connection.ReadText(
            "SELECT count(*) FROM deliveries WHERE (next_due IS NOT NULL) + (line_due IS NOT NULL) <> (state IN (1, 3)) OR (lease_until IS NOT NULL) <> (state = 2)"));
        Assert.Equal("0", connection.ReadText(
            "SELECT count(*) FROM deliveries LEFT JOIN dead_letters ON delivery = seq WHERE (state = 5) <> (delivery IS NOT NULL)"));
        Assert.Equal("0", connection.ReadText("SELECT count(*) FROM dead_letters WHERE delivery NOT IN (SELECT seq FROM deliveries)"));
        Assert.Equal("0", connection.ReadText(
            """
            SELECT count(*) FROM deliveries CROSS JOIN meta LEFT JOIN webhook_deliveries ON webhook = deliveries.webhook_seq AND delivery = seq
            WHERE (seq <= webhook_deliveries_to) <> (delivery IS NOT NULL)
            """));
        Assert.Equal("0", connection.ReadText("SELECT count(*) FROM webhook_deliveries WHERE delivery NOT IN (SELECT seq FROM deliveries)"));
        await ReopenAsync();
        Assert.Equal(0, new FileInfo(Source.File + "-wal") is { Exists: true } log ? log.Length : 0);
    }
}
