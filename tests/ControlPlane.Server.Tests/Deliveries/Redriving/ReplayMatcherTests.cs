using ControlPlane.Server.Catalog;
using ControlPlane.Server.Deliveries.Redriving;
using ControlPlane.Server.Filtering;
using ControlPlane.Server.OperationalEvents;
using ControlPlane.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Server.Tests.Deliveries.Redriving;

/// <summary>Which events a replay takes.</summary>
public sealed class ReplayMatcherTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection()
        .AddSingleton(TimeProvider.System).AddLogging().AddMetrics().AddFiltering().BuildServiceProvider();

    private static readonly WebhookRecord Webhook = new()
    {
        Id = "wh_1",
        TenantId = "acme",
        Url = "https://hooks.example.com/in",
        EventTypes = ["*", OperationalTypes.Prefix + "*"],
        Dialect = "standard",
        State = WebhookState.Disabled,
        Secrets = [],
    };

    [Fact]
    public void Takes_PublishedEvent_WhateverTheWebhooksStateIs() => Assert.True(Takes(Webhook, NewEvent("order.paid")));

    [Fact]
    public void Takes_Test_No() => Assert.False(Takes(Webhook, NewEvent("order.paid", (TestEvents.Label, "wh_2"))));

    [Theory]
    [InlineData("wh_1", false)]
    [InlineData("wh_2", true)]
    public void Takes_OperationalEvent_UnlessItIsAboutTheWebhook(string subject, bool taken) => Assert.Equal(
        taken, Takes(Webhook, NewEvent(OperationalTypes.DeliveryDead, (OperationalEventPlanner.SubjectLabel, subject))));

    [Fact]
    public void Takes_OperationalEventThatIsNotSubscribedTo_No() => Assert.False(
        Takes(Webhook with { EventTypes = ["*"] }, NewEvent(OperationalTypes.DeliveryDead, (OperationalEventPlanner.SubjectLabel, "wh_2"))));

    [Theory]
    [InlineData("event.type == 'order.paid'", true)]
    [InlineData("event.type == 'order.sent'", false)]
    [InlineData("event.labels.none == 'x'", false)]
    public void Takes_RequestsFilter_MustBeTrue(string filter, bool taken) => Assert.Equal(taken, Takes(Webhook, NewEvent("order.paid"), filter));

    [Theory]
    [InlineData(OnFilterError.Deliver, true)]
    [InlineData(OnFilterError.Skip, false)]
    public void Takes_WebhooksFilterThatFails_DoesAsTheWebhookSays(OnFilterError choice, bool taken) => Assert.Equal(
        taken, Takes(Webhook with { Filter = "event.labels.none == 'x'", OnFilterError = choice }, NewEvent("order.paid")));

    [Fact]
    public void NeedsPayload_OnlyWhereAFilterNamesIt()
    {
        Assert.False(ReplayMatcher.NeedsPayload(Webhook with { Filter = "event.type == 'a'" }, "event.id != ''"));
        Assert.True(ReplayMatcher.NeedsPayload(Webhook with { Filter = "event.payload.n > 1" }, null));
        Assert.True(ReplayMatcher.NeedsPayload(Webhook, "has(event.payload.n)"));
    }

    public void Dispose() => _services.Dispose();

    private bool Takes(WebhookRecord webhook, EventRecord stored, string? filter = null) => new ReplayMatcher(
        webhook, filter is null ? null : EventFilter.Compile(filter).Filter, _services.GetRequiredService<Filters>()).Takes(stored);

    private static EventRecord NewEvent(string type, params (string Name, string Value)[] labels) => new()
    {
        Id = "evt_1",
        TenantId = "acme",
        Type = type,
        Labels = labels.ToDictionary(label => label.Name, label => label.Value),
        Payload = "{}"u8.ToArray(),
    };
}
