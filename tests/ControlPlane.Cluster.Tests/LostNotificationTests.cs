using ControlPlane.Testing.Postgres;
using Npgsql;

namespace ControlPlane.Cluster.Tests;

/// <summary>
/// All of it holds where no node ever hears of another, since everything that they notify is lost: what was changed is found out before
/// it matters, and what waits by looking for it.
/// </summary>
public sealed class LostNotificationTests : SemanticsTests
{
    /// <summary>What nodes call to notify does nothing in this database.</summary>
    private const string Lose =
        """
        ALTER FUNCTION pg_catalog.pg_notify(text, text) RENAME TO pg_notify_once;
        CREATE FUNCTION pg_catalog.pg_notify(text, text) RETURNS void LANGUAGE sql AS '';
        """;

    [Fact]
    public async Task Notification_Sent_IsNotHeard()
    {
        var heard = 0;
        await using var connection = new NpgsqlConnection(Cluster.Connection);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        connection.Notification += (_, _) => heard++;
        foreach (var statement in new[] { "LISTEN here", "SELECT pg_notify('here', 'lost')", "NOTIFY here, 'heard'" })
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        // What a session notifies itself comes with the answer.
        Assert.Equal(1, heard);
    }

    [Fact]
    public async Task Node_Killed_OthersTakeOver()
    {
        Cluster.ExpectComplaints();
        using var stop = new CancellationTokenSource();
        var publishing = PublishUntilAsync(() => [0], stop.Token);
        await Inboxes[0].CountAsync(20);

        Cluster.Nodes[1].Kill();
        await Cluster.Nodes[1].ExitAsync();

        await GoOnAsync();
        await stop.CancelAsync();
        await ArriveAsync(await publishing);
        await SettleAsync(Tenants[0]);
    }

    protected override Task PrepareAsync(PostgresServer server, string database) => server.ExecuteAsync(Lose, database);
}
