using ControlPlane.Server.Tests.Webhooks;
using ControlPlane.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Server.Tests.EventTypes;

/// <summary>A tenant that is held to the catalogues.</summary>
public sealed class StrictTests : WebhookTest
{
    private async Task SetStrictAsync(bool strict = true) => await Admin.UpdateTenantAsync(
        new() { Tenant = new() { Id = "default", StrictEventTypes = strict }, UpdateMask = new() { Paths = { "strict_event_types" } } },
        cancellationToken: Cancelled);

    private async Task AddAsync(string name, bool deprecated = false) => await Webhooks.CreateEventTypeAsync(
        new() { EventType = new() { Name = name, Deprecated = deprecated } }, cancellationToken: Cancelled);

    private async Task<PublishEventResponse> PublishAsync(string type) =>
        await Events.PublishEventAsync(new() { Event = Event(type) }, cancellationToken: Cancelled);

    private static Event Event(string type) => new() { Type = type, Payload = ByteString.CopyFromUtf8("{}") };

    [Fact]
    public async Task Publish_UnknownType_RefusedFromTheAnswerOn()
    {
        await PublishAsync("never.heard.of");
        await SetStrictAsync();
        var error = await RpcErrors.OfAsync(() => PublishAsync("never.heard.of"));
        Assert.Equal(StatusCode.InvalidArgument, error.Code);
        Assert.Equal(["event.type EVENT_TYPE_UNKNOWN"], error.Violations());
        await SetStrictAsync(strict: false);
        await PublishAsync("never.heard.of");
    }

    [Fact]
    public async Task Publish_KnownType_IsAccepted()
    {
        await SetStrictAsync();
        await AddAsync("order.paid");
        await AddAsync("order.old", deprecated: true);
        foreach (var type in (string[])["order.paid", "order.old", "messages.upsert", "poll.vote"])
        {
            Assert.False((await PublishAsync(type)).Duplicate);
        }
    }

    [Fact]
    public async Task Publish_TypeAddedThenDeleted_FollowsEachAnswer()
    {
        await SetStrictAsync();
        for (var round = 0; round < 3; round++)
        {
            await RpcErrors.OfAsync(() => PublishAsync("order.paid"));
            await AddAsync("order.paid");
            await PublishAsync("order.paid");
            await Webhooks.DeleteEventTypeAsync(new() { Name = "order.paid" }, cancellationToken: Cancelled);
        }
    }

    [Fact]
    public async Task Publish_TypeAddedByAnotherProcess_IsKnown()
    {
        await SetStrictAsync();
        await RpcErrors.OfAsync(() => PublishAsync("order.paid"));
        await Engine.EventTypes.CreateAsync(new() { TenantId = "default", Name = "order.paid" }, 10, Cancelled);
        await PublishAsync("order.paid");
    }

    [Fact]
    public async Task BatchPublish_SomeUnknown_NamedByIndexAndNothingStored()
    {
        await SetStrictAsync();
        var request = new BatchPublishEventsRequest { Events = { Event("message.new"), Event("x.y"), Event("message.sent"), Event("z") } };
        var error = await RpcErrors.OfAsync(async () => await Events.BatchPublishEventsAsync(request, cancellationToken: Cancelled));
        Assert.Equal(["events[1].type EVENT_TYPE_UNKNOWN", "events[3].type EVENT_TYPE_UNKNOWN"], error.Violations());
        Assert.Empty((await Events.ListEventsAsync(new(), cancellationToken: Cancelled)).Events);
    }

    [Fact]
    public async Task PlatformsType_IsKnownToEveryTenant_AndOnlyAsLongAsItIsThere()
    {
        await Admin.UpdateTenantAsync(
            new() { Tenant = new() { Id = "acme", StrictEventTypes = true }, UpdateMask = new() { Paths = { "strict_event_types" } } },
            cancellationToken: Cancelled);
        var sent = Event("order.paid");
        sent.TenantId = "acme";
        Func<Task> publish = async () => await Events.PublishEventAsync(new() { Event = sent }, cancellationToken: Cancelled);
        Func<Task> subscribe = () => CreateAsync(webhook => (webhook.TenantId, webhook.EventTypes[0]) = ("acme", "order.paid"));
        foreach (var call in (Func<Task>[])[publish, subscribe])
        {
            await RpcErrors.OfAsync(call);
            await AddAsync("order.paid");
            await call();
            await Webhooks.DeleteEventTypeAsync(new() { Name = "order.paid" }, cancellationToken: Cancelled);
            await RpcErrors.OfAsync(call);
        }
    }

    [Fact]
    public async Task Subscribe_UnknownExactType_Refused()
    {
        await SetStrictAsync();
        var error = await RpcErrors.OfAsync(() => CreateAsync(w => w.EventTypes.Add(["order.paid", "order.*", "*", "not ok"])));
        Assert.Equal(
            ["webhook.event_types[1] EVENT_TYPE_UNKNOWN", "webhook.event_types[4] EVENT_TYPE_INVALID"], error.Violations());
        await AddAsync("order.paid");
        await CreateAsync(w => w.EventTypes.Add(["order.paid", "order.*", "*"]));
    }

    [Fact]
    public async Task Update_TypesItHadBefore_AreKept()
    {
        var made = await CreateAsync(w => w.EventTypes.Add("order.paid"));
        await SetStrictAsync();
        var kept = await UpdateAsync(new() { Id = made.Id, EventTypes = { "order.paid", "message" }, Name = "n" });
        Assert.Equal(["order.paid", "message"], kept.EventTypes);
        var error = await RpcErrors.OfAsync(() => UpdateAsync(new() { Id = made.Id, EventTypes = { "order.paid", "order.sent" } }));
        Assert.Equal(["webhook.event_types[1] EVENT_TYPE_UNKNOWN"], error.Violations());
    }

    [Fact]
    public async Task Upsert_UnknownExactType_Refused()
    {
        await SetStrictAsync();
        for (var round = 0; round < 2; round++)
        {
            var error = await RpcErrors.OfAsync(async () => await Webhooks.UpsertWebhookAsync(
                new() { ExternalId = "x", Webhook = Sample.Webhook(w => w.EventTypes.Add("order.paid")) }, cancellationToken: Cancelled));
            Assert.Equal(["webhook.event_types[1] EVENT_TYPE_UNKNOWN"], error.Violations());
            await Webhooks.UpsertWebhookAsync(new() { ExternalId = "x", Webhook = Sample.Webhook() }, cancellationToken: Cancelled);
        }
    }

    [Fact]
    public async Task OtherTenant_IsNotHeldToIt()
    {
        await SetStrictAsync();
        var sent = Event("never.heard.of");
        sent.TenantId = "acme";
        await Events.PublishEventAsync(new() { Event = sent }, cancellationToken: Cancelled);
    }
}
