using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Tests.Transitions;

public sealed class OrderingRulesTests
{
    [Theory]
    [InlineData(HeadOfLine.Block, "a")]
    [InlineData(HeadOfLine.Park, "b")]
    public void First_HeadWaitsForItsRetry_BlocksOrStepsAside(HeadOfLine headOfLine, string first) => Assert.Equal(
        first, OrderingRules.First([Waiting("a", dueIn: 60, DeliveryState.RetryScheduled), Waiting("b")], headOfLine, Records.Time)!.Id);

    [Fact]
    public void First_ParkedOneIsDue_IsFirstAgain() => Assert.Equal(
        "a", OrderingRules.First([Waiting("a", dueIn: 0, DeliveryState.RetryScheduled), Waiting("b")], HeadOfLine.Park, Records.Time)!.Id);

    [Theory]
    [InlineData(HeadOfLine.Block)]
    [InlineData(HeadOfLine.Park)]
    public void First_OneIsLeased_IsThatOne(HeadOfLine headOfLine) => Assert.Equal(
        "b", OrderingRules.First([Waiting("a"), Waiting("b") with { State = DeliveryState.InFlight }], headOfLine, Records.Time)!.Id);

    [Fact]
    public void First_AllStepAside_IsNone() =>
        Assert.Null(OrderingRules.First([Waiting("a", dueIn: 1, DeliveryState.RetryScheduled)], HeadOfLine.Park, Records.Time));

    [Theory]
    [InlineData("", DeliveryTrigger.Publish, false)]
    [InlineData("k", DeliveryTrigger.Test, false)]
    [InlineData("k", DeliveryTrigger.Publish, true)]
    public void HasPlace_TestsAndEventsWithoutKey_HaveNone(string key, DeliveryTrigger trigger, bool place) =>
        Assert.Equal(place, OrderingRules.HasPlace(key, trigger));

    private static DeliveryRecord Waiting(string id, int dueIn = 0, DeliveryState state = DeliveryState.Pending) =>
        Records.Delivery(state) with { Id = id, OrderingKey = "k", NextAttemptTime = Records.Time.AddSeconds(dueIn) };
}
