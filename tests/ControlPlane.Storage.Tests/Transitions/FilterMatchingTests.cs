using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Tests.Transitions;

public sealed class FilterMatchingTests
{
    private static readonly DeliveryFilter Any = new();
    private static readonly DeliveryRecord Delivery = Records.Delivery();

    public static TheoryData<string> Hiding { get; } = [.. Filters.Where(f => !f.Value.Shows).Select(f => f.Key)];

    public static TheoryData<string> Showing { get; } = [.. Filters.Where(f => f.Value.Shows).Select(f => f.Key)];

    private static Dictionary<string, (DeliveryFilter Filter, bool Shows)> Filters => new()
    {
        ["any"] = (Any, true),
        ["tenant"] = (Any with { TenantId = "default" }, true),
        ["other tenant"] = (Any with { TenantId = "acme" }, false),
        ["webhook"] = (Any with { WebhookId = "wh_1" }, true),
        ["other webhook"] = (Any with { WebhookId = "WH_1" }, false),
        ["event"] = (Any with { EventId = "evt_1" }, true),
        ["other event"] = (Any with { EventId = "evt_2" }, false),
        ["instance"] = (Any with { Instance = "eu" }, true),
        ["other instance"] = (Any with { Instance = "us" }, false),
        ["state"] = (Any with { States = [DeliveryState.Dead, DeliveryState.InFlight] }, true),
        ["other state"] = (Any with { States = [DeliveryState.Dead] }, false),
        ["type"] = (Any with { EventTypes = ["x", "order.*"] }, true),
        ["other type"] = (Any with { EventTypes = ["order"] }, false),
        ["created from then on"] = (Any with { CreatedAfter = Records.Time }, true),
        ["created later"] = (Any with { CreatedAfter = Records.Time.AddTicks(10) }, false),
        ["created before later"] = (Any with { CreatedBefore = Records.Time.AddTicks(10) }, true),
        ["created before"] = (Any with { CreatedBefore = Records.Time }, false),
        ["all but one fit"] = (Any with { TenantId = "default", WebhookId = "wh_1", EventId = "evt_2" }, false),
    };

    [Theory]
    [MemberData(nameof(Showing))]
    public void Matches_Fitting_Shows(string name) => Assert.True(Filters[name].Filter.Matches(Delivery));

    [Theory]
    [MemberData(nameof(Hiding))]
    public void Matches_NotFitting_Hides(string name) => Assert.False(Filters[name].Filter.Matches(Delivery));

    [Theory]
    [InlineData("default", "order.*", "eu", true)]
    [InlineData(null, "order.paid", null, true)]
    [InlineData("acme", "order.*", "eu", false)]
    [InlineData("default", "orders.*", "eu", false)]
    [InlineData("default", "order.*", "us", false)]
    public void Matches_EventQuery_ShowsWhatFits(string? tenant, string type, string? instance, bool shows)
    {
        var query = new EventQuery { TenantId = tenant, EventTypes = [type], Instance = instance, CreatedAfter = Records.Time };
        var stored = new EventRecord
        {
            Id = "evt_1",
            TenantId = TenantRecord.DefaultId,
            Type = "order.paid",
            Instance = "eu",
            CreateTime = Records.Time,
        };
        Assert.Equal(shows, query.Matches(stored));
        Assert.False(query.Matches(stored with { CreateTime = Records.Time.AddTicks(-10) }));
    }
}
