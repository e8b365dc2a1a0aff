using ControlPlane.Testing.Postgres;

namespace ControlPlane.Cluster.Tests;

/// <summary>Nodes that never hear of each other take over from one that is gone all the same.</summary>
public sealed class LostNotificationFailureTests() : ClusterTest(nodes: 2)
{
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

    protected override Task PrepareAsync(PostgresServer server, string database) => DeafNodes.LoseAsync(server, database);
}
