using System.Globalization;
using System.Net;
using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Cluster.Tests;

/// <summary>
/// Three nodes behind the load balancer of the documentation, which clients know the address of and nothing else. They are published so many
/// events a second as <c>CONTROLPLANE_TEST_EVENTS_PER_SECOND</c> says, each to one webhook; a few hundred unless it is set.
/// </summary>
public sealed class BalancedTests() : ClusterTest(nodes: 3)
{
    /// <summary>Few enough for a machine on which other tests run beside this one.</summary>
    private const int UsualRate = 300;

    private static readonly int Rate =
        int.TryParse(Environment.GetEnvironmentVariable("CONTROLPLANE_TEST_EVENTS_PER_SECOND"), CultureInfo.InvariantCulture, out var rate) ? rate : UsualRate;

    /// <summary>What one inbox gets in two.</summary>
    private static readonly int SomeSeconds = Rate * 2 / Hooks;

    /// <summary>What cut attempts off, as numbers of the requests that each inbox had got before and after.</summary>
    private readonly List<(IReadOnlyList<int> Before, IReadOnlyList<int> After)> _cuts = [];

    [Fact]
    public async Task Nodes_KilledStoppedAndWithoutDatabase_EverythingAcknowledgedArrivesAndIsWatched()
    {
        Cluster.ExpectComplaints();
        var port = LocalPorts.Take();
        await using var balancer = await Balancer.StartAsync(port, Cluster);
        var address = new Uri($"https://127.0.0.1:{port}");
        var through = AddWay(key => new Clients(address, key, Cluster.Receiver.Certificates.Trusting()));
        using var platform = new Clients(address, ServerSetup.PlatformKey, Cluster.Receiver.Certificates.Trusting());
        // As the only calls, one after another, they go to one node each.
        await using var one = await LastingWatch.StartAsync(platform, new() { TenantId = Tenants[0].Id });
        await using var two = await LastingWatch.StartAsync(platform, new() { TenantId = Tenants[0].Id });
        await using var three = await LastingWatch.StartAsync(platform, new() { TenantId = Tenants[0].Id });
        LastingWatch[] watches = [one, two, three];
        using var stop = new CancellationTokenSource();
        var publisher = new PacedPublisher(Rate, Hooks, events => AnsweredAsync(() => PublishAsync(Tenants[through], events)));
        var publishing = publisher.RunAsync(stop.Token);
        await GoOnAsync(SomeSeconds);

        await CutAsync(async () =>
        {
            Cluster.Nodes[2].Kill();
            await Cluster.Nodes[2].ExitAsync();
            // Only now has all come in that it sent.
            await Cluster.Receiver.ForgottenAsync();
        });
        Assert.Equal(0, await Cluster.Nodes[1].StopAsync());
        await GoOnAsync(SomeSeconds);
        await CutAsync(async () =>
        {
            await Cluster.Database.StopAsync(cleanly: true);
            await Cluster.Database.StartAsync();
            await ReadyAsync(Cluster.Nodes[0], HttpStatusCode.OK);
            // What was sent and could not be recorded is sent again once its lease is recovered.
            await GoOnAsync(SomeSeconds);
        });

        await stop.CancelAsync();
        var (published, reached) = await publishing;
        TestContext.Current.TestOutputHelper?.WriteLine($"{published.Sum(ids => ids.Count)} events, {reached:0} a second.");
        foreach (var (i, ids) in published.Index())
        {
            await ArriveAsync(ids, i);
        }

        await SettleAsync(Tenants[through]);
        var deliveries = await ListAsync(platform);
        foreach (var watch in watches)
        {
            await Eventually.BecomesAsync(
                () => Task.FromResult(deliveries.Where(each => !each.Equals(watch.Latest.GetValueOrDefault(each.Id))).ToList()),
                missing => missing.Count == 0, "a watch to show the end of every delivery");
            Assert.Empty(watch.OutOfOrder);
        }

        Assert.True(watches.Count(watch => watch.Breaks > 0) >= 2, "The nodes that went away broke no watch.");
        // On a machine too busy for a node to renew its lease in time the others send again what it was sending.
        if (!Cluster.Nodes.Any(node => node.Log.Text.Contains("was taken for gone", StringComparison.Ordinal)))
        {
            Assert.Empty(Inboxes.SelectMany((inbox, i) => Unexplained(inbox.Requests, i)));
        }
    }

    protected override string TypesOf(int hook) => PacedPublisher.TypeOf(hook);

    private static async Task PublishAsync(TestTenant tenant, IEnumerable<Event> events)
    {
        var answer = await tenant.Clients.Events.BatchPublishEventsAsync(new() { Events = { events } });
        Assert.All(answer.Results, result => Assert.Equal(1, result.DeliveryCount));
    }

    /// <summary>Does what cuts attempts off, and notes when it was.</summary>
    private async Task CutAsync(Func<Task> cut)
    {
        var before = Count();
        await cut();
        _cuts.Add((before, Count()));
        await GoOnAsync(SomeSeconds);
    }

    private List<int> Count() => [.. Inboxes.Select(inbox => inbox.Requests.Count)];

    /// <summary>Events that were sent again although nothing had cut off the attempt before.</summary>
    private IEnumerable<string> Unexplained(IReadOnlyList<ReceivedRequest> requests, int inbox) =>
        from together in requests.GroupBy(request => request.Id)
        from again in together.Zip(together.Skip(1))
        where !_cuts.Any(cut => again.First.Number <= cut.After[inbox] && again.Second.Number > cut.Before[inbox])
        select $"{together.Key} was request {again.First.Number} and again {again.Second.Number} of inbox {inbox}";

    private async Task<IReadOnlyList<Delivery>> ListAsync(Clients platform)
    {
        var all = new List<Delivery>();
        var request = new ListDeliveriesRequest { TenantId = Tenants[0].Id, PageSize = 1000 };
        do
        {
            var page = await platform.Deliveries.ListDeliveriesAsync(request);
            all.AddRange(page.Deliveries);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return all;
    }
}
