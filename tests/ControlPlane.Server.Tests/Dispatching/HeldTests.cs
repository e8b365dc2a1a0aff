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
}
