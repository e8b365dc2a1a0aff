using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.Delivering;

public sealed class BatchTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task Batch_AnswersInOrderAndDeliversAll()
    {
        var inbox = Receiver.Open();
        await Tenant.HookAsync(inbox);
        var ids = Enumerable.Range(0, 200).Select(i => $"batch-{i}").ToList();

        var results = (await Tenant.Clients.Events.BatchPublishEventsAsync(Batch([.. ids]))).Results;

        Assert.Equal(ids, results.Select(r => r.Event.Id));
        Assert.All(results, r => Assert.Equal((1, false), (r.DeliveryCount, r.Duplicate)));
        var requests = await inbox.CountAsync(ids.Count);
        Assert.Equal(ids.Order(), requests.Select(r => r.Id).Order());
    }

    [Fact]
    public async Task Batch_OneConflict_NamesItAndStoresNothing()
    {
        var inbox = Receiver.Open();
        await Tenant.HookAsync(inbox);
        await Tenant.PublishAsync(e => (e.Id, e.Payload) = ("taken", ByteString.CopyFromUtf8("\"other\"")));
        await inbox.CountAsync(1);

        var refusal = await Refusal.OfAsync(Tenant.Clients.Events.BatchPublishEventsAsync(Batch("a", "b", "taken", "c")));

        refusal.Is(StatusCode.AlreadyExists, "EVENT_CONFLICT");
        Assert.StartsWith("events[2]:", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("taken", Assert.Single((await Tenant.Clients.Events.ListEventsAsync(new())).Events).Id);
        Assert.Single(await Tenant.ListAsync());
    }

    [Fact]
    public async Task Batch_WrongFields_AllNamedByIndexAndNothingStored()
    {
        var batch = Batch("a", "b", "c");
        batch.Events[0].Type = "";
        batch.Events[2].Payload = ByteString.CopyFromUtf8("{");
        batch.Events[2].Id = "no dots. no spaces";

        var refusal = await Refusal.OfAsync(Tenant.Clients.Events.BatchPublishEventsAsync(batch));

        refusal.Is(StatusCode.InvalidArgument, "INVALID_FIELDS");
        Assert.Equal(
            ["events[0].type REQUIRED", "events[2].id EVENT_ID_INVALID", "events[2].payload PAYLOAD_NOT_JSON"], refusal.Violations.Order());
        Assert.Empty((await Tenant.Clients.Events.ListEventsAsync(new())).Events);
    }

    [Fact]
    public async Task Batch_SameIdTwice_IsPublishedOnce()
    {
        var inbox = Receiver.Open();
        await Tenant.HookAsync(inbox);

        var results = (await Tenant.Clients.Events.BatchPublishEventsAsync(Batch("twin", "other", "twin"))).Results;

        Assert.Equal([false, false, true], results.Select(r => r.Duplicate));
        Assert.Equal(2, (await Tenant.ListAsync()).Count);
    }

    private static BatchPublishEventsRequest Batch(params string[] ids) =>
        new() { Events = { ids.Select(id => TestTenant.NewEvent(e => e.Id = id)) } };
}
