using Npgsql;

namespace ControlPlane.Cluster.Tests;

/// <summary>
/// All of it holds where no node ever hears of another, since everything that they notify is lost: what was changed is found out before
/// it matters, and what waits by looking for it.
/// </summary>
public sealed class LostNotificationTests(DeafNodes nodes) : SemanticsTest(nodes), IClassFixture<DeafNodes>
{
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
}
