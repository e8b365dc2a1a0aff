using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Dispatching;

/// <summary>A wall clock that is set ahead or back: nothing is lost, nothing is sent in a rush, nothing waits longer than its delay.</summary>
public sealed class ClockTests : WalkTest
{
    private static readonly TimeSpan Delay = TimeSpan.FromHours(10);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    [Fact]
    public async Task SetAhead_RetriesThatBecomeDueTogether_KeepTheReceiversLimit()
    {
        const int Limit = 3;
        var deliveries = await FailOnceAsync(40, Limit);
        Answer = _ => Task.FromResult(200);

        Clock.Step(TimeSpan.FromDays(1));
        foreach (var delivery in deliveries)
        {
            await UntilAsync(delivery, DeliveryState.Succeeded, Step);
        }

        var retries = Received.Skip(40).ToList();
        Assert.Equal(deliveries.Select(d => d.EventId).Order(), retries.Select(r => r.Id).Order());
        Assert.InRange(retries.Max(r => r.InFlight), 1, Limit);
    }

    [Fact]
    public async Task SetBack_WhatWaits_IsSentAfterItsDelayByElapsedTime()
    {
        var deliveries = await FailOnceAsync(5);
        Answer = _ => Task.FromResult(200);

        Clock.Step(TimeSpan.FromHours(-5));
        Clock.Advance(Delay - TimeSpan.FromMinutes(1));
        await PublishAsync(1);
        await UntilReceivedAsync(6);
        Assert.All(await Task.WhenAll(deliveries.Select(GetAsync)), d => Assert.Equal(DeliveryState.RetryScheduled, d.State));

        Clock.Advance(TimeSpan.FromMinutes(1));
        foreach (var delivery in deliveries)
        {
            await UntilAsync(delivery, DeliveryState.Succeeded, Step);
        }

        Assert.Equal(11, Received.Count);
    }

    [Fact]
    public async Task SetBack_AttemptThatFailsAfterwards_IsRepeatedAfterItsDelay()
    {
        await FailOnceAsync(1);
        Clock.Step(TimeSpan.FromHours(-5));
        var later = (await PublishAsync(1))[0];
        await UntilAsync(later, DeliveryState.RetryScheduled);
        Answer = _ => Task.FromResult(200);

        Clock.Advance(Delay - TimeSpan.FromMinutes(1));
        Assert.Equal(DeliveryState.RetryScheduled, (await GetAsync(later)).State);
        Clock.Advance(TimeSpan.FromMinutes(1));

        await UntilAsync(later, DeliveryState.Succeeded, Step);
    }

    [Fact]
    public async Task SetBack_NewEvents_AreSentAtOnce()
    {
        await StartAsync();
        await AddWebhookAsync();
        await UntilAsync((await PublishAsync(1))[0], DeliveryState.Succeeded);

        Clock.Step(TimeSpan.FromDays(-30));

        foreach (var delivery in await PublishAsync(3))
        {
            await UntilAsync(delivery, DeliveryState.Succeeded);
        }

        Assert.Equal(4, Received.Count);
    }

    [Fact]
    public async Task SetAhead_WhileRequestsAreInFlight_EachIsRecordedOnce()
    {
        await StartAsync(("Dispatching:Lease", "00:10:00"));
        await AddWebhookAsync(with: w => w with { MaxInFlight = 4 });
        var goOn = new TaskCompletionSource<int>();
        Answer = _ => goOn.Task;
        var deliveries = await PublishAsync(4);
        await UntilReceivedAsync(4);

        Clock.Step(TimeSpan.FromDays(1));
        // Past two of the times at which the node looks for leases that ran out.
        for (var i = 0; i < 250; i++)
        {
            Clock.Advance(Second);
            await Task.Yield();
        }

        goOn.SetResult(200);
        foreach (var delivery in deliveries)
        {
            Assert.Equal(1, (await UntilAsync(delivery, DeliveryState.Succeeded, Step)).AttemptCount);
        }
    }

    private async Task<DeliveryRecord> GetAsync(DeliveryRecord delivery) =>
        (await Pipeline.Store.Deliveries.GetAsync(delivery.Id, Cancel))!;

    /// <summary>Publishes to one webhook, whose first attempts all fail and are to be repeated after the delay.</summary>
    private async Task<IReadOnlyList<DeliveryRecord>> FailOnceAsync(int count, int limit = 0)
    {
        await StartAsync(("Dispatching:ProbeAfterFailures", "1000"), ("Dispatching:Lease", "01:00:00"));
        await AddWebhookAsync(with: w => w with
        {
            MaxInFlight = limit,
            RetryPolicy = new RetryPolicyRecord { Backoff = BackoffKind.Fixed, Initial = Delay, MaxAttempts = 5 },
        });
        Answer = _ => Task.FromResult(500);
        var deliveries = await PublishAsync(count);
        await UntilAllAsync(deliveries, DeliveryState.RetryScheduled);
        return deliveries;
    }
}
