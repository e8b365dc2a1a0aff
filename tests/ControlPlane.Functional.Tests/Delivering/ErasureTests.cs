using ControlPlane.Testing;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.Delivering;

/// <summary>Erasing what was published.</summary>
public sealed class ErasureTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task Erase_ByLabel_LeavesWhatIsAskedOfItButNotWhatItSaid()
    {
        var inbox = Receiver.Open();
        inbox.Answer = _ => 500;
        await Tenant.HookAsync(inbox, w => w.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromHours(1)));
        var sent = await Tenant.SendAsync(e => (e.Id, e.Labels["person"]) = ("of-42", "42"));
        var other = await Tenant.SendAsync(e => (e.Id, e.Labels["person"]) = ("of-43", "43"));
        await Tenant.UntilAsync(sent.Id, DeliveryState.RetryScheduled);

        Assert.Equal(1, (await EraseAsync(new() { Labels = { ["person"] = "42" }, ValidateOnly = true })).Count);
        Assert.Equal(1, (await EraseAsync(new() { Labels = { ["person"] = "42" }, Reason = "request 7" })).Count);
        Assert.Equal(0, (await EraseAsync(new() { Labels = { ["person"] = "42" } })).Count);

        var erased = await GetEventAsync("of-42");
        Assert.NotNull(erased.EraseTime);
        Assert.Equal((0, 0, "order.created"), (erased.Payload.Length, erased.Labels.Count, erased.Type));
        var ended = await Tenant.GetAsync(sent.Id);
        Assert.Equal((DeliveryState.Cancelled, EndReason.Erased), (ended.State, ended.EndReason));
        Assert.All(ended.Attempts, attempt => Assert.Empty(attempt.ResponseExcerpt));
        var again = await Tenant.PublishAsync(e => (e.Id, e.Labels["person"]) = ("of-42", "42"));
        Assert.True(again.Duplicate);
        Assert.NotNull(again.Event.EraseTime);
        (await Refusal.OfAsync(() => Tenant.Clients.Deliveries.RetryDeliveryAsync(new() { DeliveryId = sent.Id }).ResponseAsync))
            .Is(StatusCode.FailedPrecondition, "PAYLOAD_EXPIRED");
        Assert.Contains("erased", (await Tenant.Clients.Deliveries.ExplainDeliveryAsync(new() { DeliveryId = sent.Id })).Summary, StringComparison.Ordinal);
        Assert.Equal((DeliveryState.RetryScheduled, 1), ((await Tenant.GetAsync(other.Id)).State, (await GetEventAsync("of-43")).Labels.Count));
        var entry = Assert.Single((await Tenant.Clients.Admin.ListAuditEventsAsync(new() { Method = "EraseEvents" })).AuditEvents);
        Assert.Equal((AuditAction.Erased, "tenant", Tenant.Id), (entry.Action, entry.ResourceType, entry.ResourceId));
        Assert.DoesNotContain("42", entry.Changes.ToString(), StringComparison.Ordinal);
        Assert.Contains("request 7", entry.Changes.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Erase_WhileDeliveriesQueueInMemory_SendsNoneOfThemAndRecordsTheOneUnderWay()
    {
        var inbox = Receiver.Open();
        using var hold = new ManualResetEventSlim();
        inbox.Answer = _ =>
        {
            hold.Wait(Eventually.Limit, CancellationToken.None);
            return 500;
        };
        await Tenant.HookAsync(inbox, w => w.MaxInFlight = 1);
        var events = Enumerable.Range(0, 10).Select(_ => TestTenant.NewEvent());
        await Tenant.Clients.Events.BatchPublishEventsAsync(new() { Events = { events } });
        await inbox.CountAsync(1);

        Assert.Equal(10, (await EraseAsync(new() { All = true })).Count);
        hold.Set();

        var all = await Eventually.BecomesAsync(
            () => Tenant.ListAsync(), found => found.All(d => d.State == DeliveryState.Cancelled), "all to end");
        Assert.All(all, d => Assert.Equal(EndReason.Erased, d.EndReason));
        var request = Assert.Single(inbox.Requests);
        var attempted = await Tenant.GetAsync(Assert.Single(all, d => d.EventId == request.Id).Id);
        Assert.Equal(500, attempted.LastStatusCode);
    }

    [Fact]
    public async Task Erase_KilledInTheMiddle_KeepsWhatWasErasedAndCanBeRepeated()
    {
        const int Events = 3_000;
        await using var server = await ServerProcess.StartAsync(Receiver);
        using var before = await TestTenant.CreateAsync(server);
        for (var i = 0; i < Events; i += 1_000)
        {
            await before.Clients.Events.BatchPublishEventsAsync(new() { Events = { Enumerable.Range(0, 1_000).Select(_ => TestTenant.NewEvent()) } });
        }

        var call = before.Clients.Events.EraseEventsAsync(new() { All = true });
        await Eventually.BecomesAsync(() => CountErasedAsync(before), count => count > 100, "some to be erased");
        server.Kill();
        await server.ExitAsync();
        var acknowledged = false;
        try
        {
            acknowledged = (await call).Count == Events;
        }
        catch (RpcException)
        {
            // It was not answered.
        }

        await server.StartAsync();
        using var tenant = new TestTenant(before.Id, before.Key, server.Connect(before.Key));
        var kept = await CountErasedAsync(tenant);
        Assert.InRange(kept, acknowledged ? Events : 101, Events);
        Assert.Equal(Events - kept, (await tenant.Clients.Events.EraseEventsAsync(new() { All = true })).Count);
        Assert.Equal(Events, await CountErasedAsync(tenant));
    }

    [Fact]
    public async Task Erase_NotOneTargetOrNoSuchEvent_IsRefused()
    {
        foreach (var request in new EraseEventsRequest[] { new(), new() { EventId = "a", All = true }, new() { All = true, Labels = { ["a"] = "b" } } })
        {
            var refusal = await Refusal.OfAsync(() => EraseAsync(request));
            refusal.Is(StatusCode.InvalidArgument, "INVALID_FIELDS");
        }

        (await Refusal.OfAsync(() => EraseAsync(new() { EventId = "nobody's" }))).Is(StatusCode.NotFound, "NOT_FOUND");
        (await Refusal.OfAsync(() => Platform.Events.EraseEventsAsync(new() { TenantId = "nobody", All = true }).ResponseAsync))
            .Is(StatusCode.NotFound, "NOT_FOUND");
    }

    private Task<EraseEventsResponse> EraseAsync(EraseEventsRequest request) => Tenant.Clients.Events.EraseEventsAsync(request).ResponseAsync;

    private async Task<Event> GetEventAsync(string id) => (await Tenant.Clients.Events.GetEventAsync(new() { EventId = id })).Event;

    private static async Task<int> CountErasedAsync(TestTenant tenant)
    {
        var (count, request) = (0, new ListEventsRequest { PageSize = 1_000 });
        do
        {
            var page = await tenant.Clients.Events.ListEventsAsync(request);
            count += page.Events.Count(e => e.EraseTime is not null);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return count;
    }
}
