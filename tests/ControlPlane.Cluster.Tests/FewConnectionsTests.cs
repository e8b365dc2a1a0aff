using Npgsql;

namespace ControlPlane.Cluster.Tests;

/// <summary>Nodes that may open far fewer connections than they are called at once.</summary>
public sealed class FewConnectionsTests() : ClusterTest(nodes: 2)
{
    [Fact]
    public async Task Calls_ManyMoreThanConnections_AreAnsweredOrRefusedAndNothingAcknowledgedIsLost()
    {
        Cluster.ExpectComplaints();
        using var stop = new CancellationTokenSource();
        var publishing = Enumerable.Range(0, 12).Select(i => PublishUntilAsync(() => [i % 2, (i + 1) % 2], stop.Token)).ToList();
        // No more than a connection may have large answers under way.
        var reading = Enumerable.Range(0, 8).Select(_ => ReadUntilAsync(stop.Token)).ToList();

        await GoOnAsync();

        await stop.CancelAsync();
        var published = (await Task.WhenAll(publishing)).SelectMany(ids => ids).ToList();
        Assert.All(await Task.WhenAll(reading), read => Assert.True(read > 0));
        await ArriveAsync(published);
        await SettleAsync(Tenants[1]);
    }

    protected override string Reach(int node, string database) =>
        new NpgsqlConnectionStringBuilder(database) { MaxPoolSize = 4, Timeout = 2 }.ConnectionString;

    /// <summary>Lists until told to stop; returns how often it got an answer.</summary>
    private async Task<int> ReadUntilAsync(CancellationToken stop)
    {
        var read = 0;
        for (var i = 0; !stop.IsCancellationRequested || read == 0; i++)
        {
            read += await AnsweredAsync(async () => await Tenants[i % 2].Clients.Deliveries.ListDeliveriesAsync(new() { PageSize = 5 })) ? 1 : 0;
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        return read;
    }
}
