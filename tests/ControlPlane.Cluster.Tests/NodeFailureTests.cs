using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Cluster.Tests;

/// <summary>Nodes that go away while events are published through all of them: what was acknowledged arrives.</summary>
public sealed class NodeFailureTests() : ClusterTest(nodes: 3)
{
    [Fact]
    public async Task Node_Killed_OthersSendWhatItOwned()
    {
        Cluster.ExpectComplaints();
        IReadOnlyList<int> through = [0, 1, 2];
        using var stop = new CancellationTokenSource();
        var publishing = PublishUntilAsync(() => Volatile.Read(ref through), stop.Token);
        await Inboxes[0].CountAsync(20);

        var killed = TimeProvider.System.GetTimestamp();
        Cluster.Nodes[2].Kill();
        await Cluster.Nodes[2].ExitAsync();
        Volatile.Write(ref through, [0, 1]);
        var first = (await Tenants[0].PublishAsync()).Event.Id;
        foreach (var inbox in Inboxes)
        {
            await inbox.UntilAsync(requests => requests.Any(request => request.Id == first), "what was published after the kill");
        }

        // What bounds it are settings, which a test of them adds up; the machine that runs this can be as slow as it likes.
        TestContext.Current.TestOutputHelper?.WriteLine($"Every webhook was sent to again {TimeProvider.System.GetElapsedTime(killed)} after the kill.");

        // Some of the webhooks were its own: each gets something that is published from now on.
        await GoOnAsync();
        await stop.CancelAsync();
        await ArriveAsync(await publishing);
        await SettleAsync(Tenants[0]);
    }

    [Fact]
    public async Task Node_Stopped_HandsOver()
    {
        IReadOnlyList<int> through = [0, 1];
        using var stop = new CancellationTokenSource();
        var publishing = PublishUntilAsync(() => through, stop.Token);
        await Inboxes[0].CountAsync(20);

        Assert.Equal(0, await Cluster.Nodes[2].StopAsync());

        await GoOnAsync();
        await stop.CancelAsync();
        var published = await publishing;
        await ArriveAsync(published);
        await SettleAsync(Tenants[0]);
        // Nothing was cut off, so nothing was sent twice.
        Assert.All(Inboxes, inbox => Assert.Equal(inbox.Accepted.Distinct().Count(), inbox.Accepted.Count));
    }

    [Fact]
    public async Task Node_StartedAgain_TakesItsPartBack()
    {
        Assert.Equal(0, await Cluster.Nodes[2].StopAsync());
        await Cluster.Nodes[2].StartAsync();
        using var stop = new CancellationTokenSource();
        var publishing = PublishUntilAsync(() => [0, 1, 2], stop.Token);

        await GoOnAsync();

        await stop.CancelAsync();
        await ArriveAsync(await publishing);
        await SettleAsync(Tenants[2]);
    }

    [Fact]
    public async Task Node_FrozenForLongerThanItsLease_CannotRecordWhenItWakes()
    {
        Cluster.ExpectComplaints();
        using var stop = new CancellationTokenSource();
        var publishing = PublishUntilAsync(() => [0, 1], stop.Token);
        await Inboxes[0].CountAsync(20);

        await Cluster.Nodes[2].SignalAsync("STOP");
        // The others took over from it: it does not send anything.
        await GoOnAsync();
        await Cluster.Nodes[2].SignalAsync("CONT");
        await GoOnAsync();
        await Eventually.BecomesAsync(
            () => Task.FromResult(Cluster.Nodes[2].Log.Text), log => log.Contains("was taken for gone", StringComparison.Ordinal), "the node to say so");

        await stop.CancelAsync();
        await ArriveAsync(await publishing);
        await SettleAsync(Tenants[0]);
        var deliveries = await Tenants[2].ListAsync();
        Assert.Equal(deliveries.Count, deliveries.Select(delivery => (delivery.EventId, delivery.WebhookId)).Distinct().Count());
        Assert.All(deliveries, delivery => Assert.Equal(EndReason.Delivered, delivery.EndReason));
    }
}
