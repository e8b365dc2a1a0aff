using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Functional.Tests.Watching;

public sealed class WatchTests(SharedServer shared) : SharedServerTest(shared)
{
    private static readonly Duration OneSecond = Duration.FromTimeSpan(TimeSpan.FromSeconds(1));

    [Fact]
    public async Task Watch_NothingHappens_HeartbeatsWithTokens()
    {
        await using var watcher = await Watcher.StartAsync(Tenant.Clients, new() { HeartbeatInterval = OneSecond });

        for (var i = 0; i < 2; i++)
        {
            var message = await watcher.NextAsync();
            Assert.NotNull(message.Heartbeat);
            Assert.NotEmpty(message.ResumeToken);
        }
    }

    [Fact]
    public async Task Watch_ChangesThatItsFilterHides_StillHeartbeats()
    {
        await Tenant.HookAsync(Receiver.Open());
        await using var watcher = await Watcher.StartAsync(
            Tenant.Clients, new() { HeartbeatInterval = OneSecond, States = { DeliveryState.Dead } });
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var publishing = Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                await Tenant.PublishAsync();
            }
        });

        Assert.NotNull((await watcher.NextAsync()).Heartbeat);
        await enough.CancelAsync();
        await publishing;
    }

    [Fact]
    public async Task Watch_Delivery_ShowsItFromAcceptanceToSuccessInRevisionOrder()
    {
        var inbox = Receiver.Open();
        inbox.Answer = request => request.Number == 1 ? 500 : 204;
        await Tenant.HookAsync(inbox, w => w.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromSeconds(1)));
        await using var watcher = await Watcher.StartAsync(Tenant.Clients);

        var sent = await Tenant.SendAsync();
        await watcher.UntilAsync(sent.Id, DeliveryState.RetryScheduled);
        var last = await watcher.UntilAsync(sent.Id, DeliveryState.Succeeded);

        Assert.All(watcher.Deliveries, d => Assert.Equal(sent.Id, d.Id));
        Assert.Equal(watcher.Deliveries.Select(d => d.Revision).Order().Distinct(), watcher.Deliveries.Select(d => d.Revision));
        Assert.Equal(Assert.Single(await Tenant.ListAsync()), last);
        Assert.Empty(last.Attempts);
    }

    [Fact]
    public async Task Watch_TenantsKey_RevisionsDoNotCountOtherDeliveries()
    {
        await Tenant.HookAsync(Receiver.Open());
        List<long> ends = [];
        for (var i = 0; i < 5; i++)
        {
            var sent = await Tenant.SendAsync();
            ends.Add((await Tenant.UntilAsync(sent.Id, DeliveryState.Succeeded)).Revision);
        }

        Assert.NotEqual(ends.Count, ends.Distinct().Count());
    }

    [Fact]
    public async Task Watch_Resumed_GoesOnExactlyAfterTheToken()
    {
        await Tenant.HookAsync(Receiver.Open());
        await using var first = await Watcher.StartAsync(Tenant.Clients, new() { States = { DeliveryState.Succeeded } });
        var sent = new List<string>();
        for (var i = 0; i < 20; i++)
        {
            sent.Add((await Tenant.SendAsync()).Id);
        }

        await first.UntilAsync(_ => first.Deliveries.Count == sent.Count);
        var tokens = first.Seen.Where(m => m.Delivery is not null).ToList();
        foreach (var from in new[] { 0, 7, 18 })
        {
            await using var resumed = await Watcher.StartAsync(
                Tenant.Clients, new() { ResumeToken = tokens[from].ResumeToken, States = { DeliveryState.Succeeded } });
            await resumed.UntilAsync(_ => resumed.Deliveries.Count == sent.Count - from - 1);
            Assert.Equal(first.Deliveries.Skip(from + 1), resumed.Deliveries);
        }

        await using var latest = await Watcher.StartAsync(
            Tenant.Clients, new() { ResumeToken = tokens[^1].ResumeToken, HeartbeatInterval = OneSecond });
        Assert.NotNull((await latest.NextAsync()).Heartbeat);
    }

    [Fact]
    public async Task Watch_ReadyAndHeartbeatTokens_LoseNothing()
    {
        await Tenant.HookAsync(Receiver.Open());
        await using var watcher = await Watcher.StartAsync(Tenant.Clients, new() { HeartbeatInterval = OneSecond });
        var heartbeat = await watcher.NextAsync();
        var sent = await Tenant.SendAsync();
        await Tenant.UntilAsync(sent.Id, DeliveryState.Succeeded);

        foreach (var message in new[] { watcher.Seen[0], heartbeat })
        {
            await using var resumed = await Watcher.StartAsync(Tenant.Clients, new() { ResumeToken = message.ResumeToken });
            await resumed.UntilAsync(sent.Id, DeliveryState.Succeeded);
        }
    }

    [Fact]
    public async Task Watch_StartTime_BeginsWithWhatChangedThen()
    {
        await Tenant.HookAsync(Receiver.Open());
        var sent = new List<Delivery>();
        for (var i = 0; i < 5; i++)
        {
            sent.Add(await Tenant.UntilAsync((await Tenant.SendAsync()).Id, DeliveryState.Succeeded));
        }

        await using var all = await Watcher.StartAsync(Tenant.Clients, new() { StartTime = sent[0].CreateTime });
        await all.UntilAsync(sent[^1].Id, DeliveryState.Succeeded);
        // While anybody else watches too, states before the last one are told as well.
        Assert.Equal(sent.Select(d => d.Id), all.Deliveries.Select(d => d.Id).Distinct());

        await using var some = await Watcher.StartAsync(Tenant.Clients, new() { StartTime = sent[3].UpdateTime });
        await some.UntilAsync(sent[^1].Id, DeliveryState.Succeeded);
        Assert.Equal(sent.Skip(3).Select(d => d.Id), some.Deliveries.Select(d => d.Id).Distinct());

        await using var future = await Watcher.StartAsync(
            Tenant.Clients, new() { StartTime = sent[^1].UpdateTime + Duration.FromTimeSpan(TimeSpan.FromDays(1)), HeartbeatInterval = OneSecond });
        Assert.NotNull((await future.NextAsync()).Heartbeat);
    }
}
