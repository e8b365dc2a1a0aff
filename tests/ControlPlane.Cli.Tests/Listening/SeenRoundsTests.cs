using ControlPlane.Cli.Listening;
using ControlPlane.V1;

namespace ControlPlane.Cli.Tests.Listening;

public sealed class SeenRoundsTests
{
    private readonly SeenRounds _seen = new();

    [Fact]
    public void IsNew_OverRetriesByThePolicyAndByHand_OnceForEachStartByHand()
    {
        Assert.True(Is(DeliveryState.Pending, DeliveryTrigger.Publish, 0));
        Assert.False(Is(DeliveryState.InFlight, DeliveryTrigger.Publish, 0));
        Assert.False(Is(DeliveryState.RetryScheduled, DeliveryTrigger.Schedule, 1));
        Assert.False(Is(DeliveryState.InFlight, DeliveryTrigger.Schedule, 1));
        Assert.False(Is(DeliveryState.Dead, DeliveryTrigger.Schedule, 2));
        Assert.True(Is(DeliveryState.Pending, DeliveryTrigger.Retry, 2));
        Assert.False(Is(DeliveryState.InFlight, DeliveryTrigger.Retry, 2));
        // Its end was not seen, since states that follow each other quickly can coalesce.
        Assert.True(Is(DeliveryState.InFlight, DeliveryTrigger.Redrive, 3));
    }

    [Fact]
    public void IsNew_CancelledBeforeAnyAttemptAndRetried_Again()
    {
        Assert.True(Is(DeliveryState.Pending, DeliveryTrigger.Publish, 0));
        Assert.False(Is(DeliveryState.Cancelled, DeliveryTrigger.Publish, 0));
        Assert.True(Is(DeliveryState.Pending, DeliveryTrigger.Retry, 0));
    }

    private bool Is(DeliveryState state, DeliveryTrigger trigger, int attempts) =>
        _seen.IsNew(new() { Id = "dlv_1", State = state, Trigger = trigger, AttemptCount = attempts });
}
