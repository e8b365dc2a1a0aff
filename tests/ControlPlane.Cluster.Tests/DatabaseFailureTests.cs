using System.Net;

namespace ControlPlane.Cluster.Tests;

/// <summary>The database goes away and comes back: publishes fail cleanly or succeed, and the nodes go on by themselves.</summary>
public sealed class DatabaseFailureTests() : ClusterTest(nodes: 2)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Database_RestartedUnderLoad_NothingAcknowledgedIsLost(bool cleanly)
    {
        Cluster.ExpectComplaints();
        using var stop = new CancellationTokenSource();
        var publishing = PublishUntilAsync(() => [0, 1], stop.Token);
        await Inboxes[0].CountAsync(50);

        await Cluster.Database.StopAsync(cleanly);
        await Cluster.Database.StartAsync();

        await GoOnAsync();
        await stop.CancelAsync();
        await ArriveAsync(await publishing);
        await SettleAsync(Tenants[0]);
    }

    [Fact]
    public async Task Database_Gone_NodesAreNotReadyUntilItIsBack()
    {
        Cluster.ExpectComplaints();
        await Cluster.Database.StopAsync(cleanly: false);
        foreach (var node in Cluster.Nodes)
        {
            await ReadyAsync(node, HttpStatusCode.ServiceUnavailable);
        }

        await Cluster.Database.StartAsync();

        foreach (var node in Cluster.Nodes)
        {
            await ReadyAsync(node, HttpStatusCode.OK);
        }

        using var stop = new CancellationTokenSource();
        var publishing = PublishUntilAsync(() => [0, 1], stop.Token);
        await GoOnAsync();
        await stop.CancelAsync();
        await ArriveAsync(await publishing);
    }

    [Fact]
    public async Task Database_Gone_ANodeThatIsStoppedEnds()
    {
        Cluster.ExpectComplaints();
        await Cluster.Database.StopAsync(cleanly: false);

        Assert.Equal(0, await Cluster.Nodes[0].StopAsync());

        await Cluster.Database.StartAsync();
        await ReadyAsync(Cluster.Nodes[1], HttpStatusCode.OK);
    }

    [Fact]
    public async Task Connections_CutAgainAndAgain_NothingAcknowledgedIsLost()
    {
        Cluster.ExpectComplaints();
        using var stop = new CancellationTokenSource();
        var publishing = PublishUntilAsync(() => [0, 1], stop.Token);
        for (var i = 0; i < 20; i++)
        {
            await Inboxes[0].CountAsync(Inboxes[0].Requests.Count + 5);
            await Cluster.Database.ExecuteAsync(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'controlplane' AND random() < 0.5");
        }

        await GoOnAsync();
        await stop.CancelAsync();
        await ArriveAsync(await publishing);
        await SettleAsync(Tenants[1]);
    }
}
