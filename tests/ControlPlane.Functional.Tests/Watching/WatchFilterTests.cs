using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.Watching;

public sealed class WatchFilterTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task Watch_Filters_ShowWhatTheListShows()
    {
        var hook = (await Tenant.HookAsync(Receiver.Open())).Webhook;
        await Tenant.HookAsync(Receiver.Open());
        var eventId = (await Tenant.PublishAsync(e => (e.Type, e.Instance) = ("order.created", "shop-1"))).Event.Id;
        await Tenant.PublishAsync(e => (e.Type, e.Instance) = ("order.paid", "shop-2"));
        await Tenant.PublishAsync(e => e.Type = "invoice.paid");
        var all = await Eventually.BecomesAsync(
            () => Tenant.ListAsync(), list => list.Count == 6 && list.All(d => d.State == DeliveryState.Succeeded), "all to succeed");
        var middle = all[3].CreateTime;
        (WatchDeliveriesRequest Request, Func<Delivery, bool> Expected)[] cases =
        [
            (new() { WebhookId = hook.Id }, d => d.WebhookId == hook.Id),
            (new() { EventId = eventId }, d => d.EventId == eventId),
            (new() { EventTypes = { "order.*" } }, d => d.EventType.StartsWith("order.", StringComparison.Ordinal)),
            (new() { EventTypes = { "order.paid", "invoice.*" }, WebhookId = hook.Id }, d => d.EventType != "order.created" && d.WebhookId == hook.Id),
            (new() { Instance = "shop-2" }, d => d.Instance == "shop-2"),
            (new() { CreatedAfter = middle }, d => d.CreateTime >= middle),
            (new() { CreatedBefore = middle }, d => d.CreateTime < middle),
            (new() { States = { DeliveryState.Succeeded, DeliveryState.Dead } }, _ => true),
        ];

        foreach (var (request, expected) in cases)
        {
            var wanted = all.Where(expected).OrderBy(d => d.Id, StringComparer.Ordinal).ToList();
            Assert.NotEmpty(wanted);
            request.StartTime = all[^1].CreateTime;
            await using var watcher = await Watcher.StartAsync(Tenant.Clients, request);
            // While others watch, states in between can be shown too; the last one of each delivery is what the list has.
            await watcher.UntilAsync(_ => Latest(watcher).SequenceEqual(wanted));
        }
    }

    private static IEnumerable<Delivery> Latest(Watcher watcher) =>
        watcher.Deliveries.GroupBy(d => d.Id).Select(changes => changes.Last()).OrderBy(d => d.Id, StringComparer.Ordinal);

    [Fact]
    public async Task Watch_EveryTenantWithThePlatformsKey_ShowsAll()
    {
        using var other = await TestTenant.CreateAsync(Server);
        await Tenant.HookAsync(Receiver.Open());
        await other.HookAsync(Receiver.Open());
        await using var watcher = await Watcher.StartAsync(Platform, new() { TenantId = "-", States = { DeliveryState.Succeeded } });

        var awaited = new[] { await Tenant.SendAsync(), await other.SendAsync() }.Select(d => d.Id).ToHashSet();

        // Those of other tests are shown too, of course.
        await watcher.UntilAsync(_ => awaited.IsSubsetOf(watcher.Deliveries.Select(d => d.Id)));
    }

    [Fact]
    public async Task Watch_WrongFields_AllNamed()
    {
        var refusal = await Watcher.RefusedAsync(Tenant.Clients, new()
        {
            ResumeToken = "not a token",
            StartTime = new Timestamp { Seconds = long.MaxValue },
            HeartbeatInterval = new Duration { Nanos = 5 },
            States = { DeliveryState.Unspecified, (DeliveryState)99 },
            EventTypes = { "a b" },
            CreatedAfter = new Timestamp { Nanos = -1 },
        });

        refusal.Is(StatusCode.InvalidArgument, "INVALID_FIELDS");
        Assert.Equal(
            ["created_after", "event_types[0]", "heartbeat_interval", "resume_token", "start_time", "states[0]", "states[1]"],
            refusal.Detail<Google.Rpc.BadRequest>().FieldViolations.Select(v => v.Field).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Watch_TokenOfAnotherStoreOrTamperedWith_InvalidArgument()
    {
        await using var watcher = await Watcher.StartAsync(Tenant.Clients);
        var token = watcher.Seen[0].ResumeToken;
        await using var stranger = await ServerProcess.StartAsync(receiver: null);
        using var elsewhere = stranger.Connect();
        await using var theirs = await Watcher.StartAsync(elsewhere);

        foreach (var wrong in new[] { theirs.Seen[0].ResumeToken, token[1..], token + "A", token[..^2] + "AA", new string('A', 5000) })
        {
            var refusal = await Watcher.RefusedAsync(Tenant.Clients, new() { ResumeToken = wrong });
            refusal.Is(StatusCode.InvalidArgument, "INVALID_FIELDS");
            Assert.Equal(["resume_token RESUME_TOKEN_INVALID"], refusal.Violations);
        }
    }
}
