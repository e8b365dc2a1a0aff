using System.Net;
using Npgsql;

namespace ControlPlane.Cluster.Tests;

/// <summary>One node's connections lead nowhere, as behind a firewall that forgot them, or a network that is parted.</summary>
public sealed class HeldConnectionTests() : ClusterTest(nodes: 2)
{
    private Relay? _relay;

    [Fact]
    public async Task Connections_LeadNowhere_TheOtherNodeGoesOnAndTheNodeComesBack()
    {
        Cluster.ExpectComplaints();
        using var stop = new CancellationTokenSource();
        var publishing = PublishUntilAsync(() => [0, 1], stop.Token);
        await Inboxes[0].CountAsync(20);

        _relay!.Hold();
        var others = PublishUntilAsync(() => [1], stop.Token);
        await ReadyAsync(Cluster.Nodes[0], HttpStatusCode.ServiceUnavailable);
        // Some of the webhooks were the node's own.
        await GoOnAsync();
        _relay.Release();

        await ReadyAsync(Cluster.Nodes[0], HttpStatusCode.OK);
        await GoOnAsync();
        await stop.CancelAsync();
        await ArriveAsync([.. await publishing, .. await others]);
        await SettleAsync(Tenants[0]);
    }

    public override async ValueTask DisposeAsync()
    {
        _relay?.Release();
        await base.DisposeAsync();
        if (_relay is not null)
        {
            await _relay.DisposeAsync();
        }
    }

    protected override string Reach(int node, string database)
    {
        if (node > 0)
        {
            return database;
        }

        var reach = new NpgsqlConnectionStringBuilder(database);
        _relay = new Relay(reach.Port);
        reach.Port = _relay.Port;
        return reach.ConnectionString;
    }
}
