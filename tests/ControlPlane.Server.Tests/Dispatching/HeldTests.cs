using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Dispatching;

/// <summary>Deliveries that waited for a webhook that was not active.</summary>
public sealed class HeldTests : WalkTest
{
    [Fact]
    public async Task Enable_WaitedLongerThanTheMaximumAge_ExpiresWithoutARequestAndTheRestIsSent()
    {
        await StartAsync();
        await AddWebhookAsync(with: w => w with
        {
            State = WebhookState.Suspended,
            StateReason = StateReason.Failing,
            RetryPolicy = w.RetryPolicy! with { MaxAge = TimeSpan.FromHours(1) },
        });
        var old = Assert.Single(await PublishAsync(1));
        Clock.Advance(TimeSpan.FromMinutes(61));
        var late = Assert.Single(await PublishAsync(1));
        Assert.Equal((DeliveryState.Pending, DeliveryState.Pending), (old.State, late.State));

        await UpdateAsync("wh_1", w => w with { State = WebhookState.Active, StateReason = StateReason.None });

        Assert.Equal(EndReason.Expired, (await UntilAsync(old, DeliveryState.Dead)).EndReason);
        await UntilAsync(late, DeliveryState.Succeeded);
        Assert.Equal(late.EventId, Assert.Single(Received).Id);
        Assert.Contains("max_age", Assert.Single(await Pipeline.Store.Deliveries.ListAttemptsAsync(old.Id, Cancel)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enable_EventExpiredOrWasErasedMeanwhile_IsNotSentAndTheRestIs()
    {
        await StartAsync();
        await AddWebhookAsync(with: w => w with { State = WebhookState.Suspended, StateReason = StateReason.Failing });
        var expired = (await PublishAsync(Draft() with { ExpireTime = Clock.GetUtcNow() + TimeSpan.FromHours(1) }))[0].Deliveries[0];
        var erased = Assert.Single(await PublishAsync(1));
        var kept = Assert.Single(await PublishAsync(1));
        var found = await Pipeline.Store.Erasures.FindAsync(new ErasureWalk(erased.TenantId, 0, null, 10) { EventId = erased.EventId }, Cancel);
        await Pipeline.Store.Erasures.EraseAsync(new Erasure(erased.TenantId, found.Positions, null), Cancel);
        Clock.Advance(TimeSpan.FromMinutes(61));

        await UpdateAsync("wh_1", w => w with { State = WebhookState.Active, StateReason = StateReason.None });

        Assert.Equal(EndReason.Expired, (await UntilAsync(expired, DeliveryState.Dead)).EndReason);
        Assert.Equal(EndReason.Erased, (await UntilAsync(erased, DeliveryState.Cancelled)).EndReason);
        await UntilAsync(kept, DeliveryState.Succeeded);
        Assert.Equal(kept.EventId, Assert.Single(Received).Id);
        Assert.Contains("expired", Assert.Single(await Pipeline.Store.Deliveries.ListAttemptsAsync(expired.Id, Cancel)).Message, StringComparison.Ordinal);
    }
}
