using ControlPlane.Storage;
using Grpc.Core;
using RedriveState = ControlPlane.V1.RedriveState;

namespace ControlPlane.Server.Tests.Deliveries.Redriving;

/// <summary>How fast a redrive goes, how it stops, and how it goes on after a restart.</summary>
public sealed class RedrivePaceTests : RedriveTest
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    [Fact]
    public async Task Run_ClockStandsStill_StopsAfterOneStep()
    {
        await BuryAsync(await AddWebhookAsync(), 30);

        var id = (await RedriveAsync(new() { MaxRatePerSecond = 50 })).RedriveId;
        await UntilAsync(id, redrive => redrive.RetriedCount > 0);

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal((RedriveState.Running, 5), Progress(await GetAsync(id)));
        }
    }

    [Fact]
    public async Task Run_ClockMoves_NeverFasterThanItsPace()
    {
        var dead = await BuryAsync(await AddWebhookAsync(), 45);
        var start = Clock.GetStoreNow();

        var id = (await RedriveAsync(new() { MaxRatePerSecond = 100 })).RedriveId;
        await UntilAsync(id, redrive => redrive.State == RedriveState.Done, Step);

        for (var i = 0; i < dead.Count; i++)
        {
            var retried = (await Engine.Deliveries.GetAsync(dead[i].Id, Cancelled))!;
            // Ten per step, a step every 100 ms.
            Assert.True(retried.RoundStartTime - start >= TimeSpan.FromMilliseconds(100 * (i / 10)), $"{i}: {retried.RoundStartTime - start}");
        }
    }

    [Fact]
    public async Task Run_SlowPace_OneAtATime()
    {
        await BuryAsync(await AddWebhookAsync(), 2);

        var id = (await RedriveAsync(new() { MaxRatePerSecond = 0.1 })).RedriveId;
        var start = Clock.GetUtcNow();
        await UntilAsync(id, redrive => redrive.RetriedCount == 2, TimeSpan.FromSeconds(1));

        Assert.True(Clock.GetUtcNow() - start >= TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Restart_Running_GoesOnWhereItStopped()
    {
        var dead = await BuryAsync(await AddWebhookAsync(), 25);
        var id = (await RedriveAsync(new())).RedriveId;
        await UntilAsync(id, redrive => redrive.RetriedCount == 10);

        await StopAsync();
        await StartAsync();
        var redrive = await UntilAsync(id, r => r.State == RedriveState.Done, Step);

        Assert.Equal((25, 25, 0), (redrive.MatchedCount, redrive.RetriedCount, redrive.SkippedCount));
        var feed = await Engine.Changes.ReadAfterAsync(dead[^1].Revision, 100, Cancelled);
        // One change each, in order: none was left out and none was set going twice.
        Assert.Equal(dead.Select(d => d.Id), feed.Where(d => d.Trigger == DeliveryTrigger.Redrive).Select(d => d.Id));
        Assert.Equal(dead.Select(d => d.Revision + 25), feed.Select(d => d.Revision));
    }

    [Fact]
    public async Task Cancel_Running_NothingFollows()
    {
        await BuryAsync(await AddWebhookAsync(), 25);
        var id = (await RedriveAsync(new())).RedriveId;
        await UntilAsync(id, redrive => redrive.RetriedCount == 10);

        var cancelled = (await Deliveries.CancelRedriveAsync(new() { RedriveId = id }, cancellationToken: Cancelled)).Redrive;
        Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal((RedriveState.Cancelled, 10), Progress(cancelled));
        Assert.Equal(cancelled, await GetAsync(id));
        var errors = await RpcErrors.OfAsync(
            async () => await Deliveries.CancelRedriveAsync(new() { RedriveId = id }, cancellationToken: Cancelled));
        Assert.Equal((StatusCode.FailedPrecondition, "REDRIVE_ENDED"), (errors.Code, errors.Info.Reason));
        await StopAsync();
        await StartAsync();
        Assert.Equal(cancelled, await GetAsync(id));
    }

    [Fact]
    public async Task Cancel_OneOfTwo_TheOtherGoesOn()
    {
        var (one, other) = (await AddWebhookAsync(), await AddWebhookAsync());
        await BuryAsync(one, 25);
        await BuryAsync(other, 25);
        var first = (await RedriveAsync(new() { WebhookId = one.Id })).RedriveId;
        var second = (await RedriveAsync(new() { WebhookId = other.Id })).RedriveId;

        await Deliveries.CancelRedriveAsync(new() { RedriveId = first }, cancellationToken: Cancelled);
        var done = await UntilAsync(second, redrive => redrive.State == RedriveState.Done, Step);

        Assert.Equal(25, done.RetriedCount);
        Assert.InRange((await GetAsync(first)).RetriedCount, 0, 10);
    }

    private static (RedriveState, int) Progress(V1.Redrive redrive) => (redrive.State, redrive.RetriedCount);
}
