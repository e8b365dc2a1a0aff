using System.Text.Json;
using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Functional.Tests.Delivering;

/// <summary>What a tenant is told of webhooks that the server suspends, and what becomes of what waits for them.</summary>
public sealed class SuspensionTests(SharedServer shared) : SharedServerTest(shared)
{
    private const string Suspended = "controlplane.webhook.suspended";
    private const string Resumed = "controlplane.webhook.resumed";
    private const string Dead = "controlplane.delivery.dead";

    [Fact]
    public async Task Gone_WhoSubscribedIsToldSignedAndTheWebhookItselfIsNot()
    {
        var (gone, ops) = (Receiver.Open(), Receiver.Open());
        gone.Answer = _ => 410;
        var hook = (await Tenant.HookAsync(gone, w => w.EventTypes.Add("controlplane.*"))).Webhook;
        var told = await Tenant.HookAsync(ops, w =>
        {
            w.EventTypes.Clear();
            w.EventTypes.Add("controlplane.*");
        });

        var sent = await Tenant.SendAsync();

        var dead = await Tenant.UntilAsync(sent.Id, DeliveryState.Dead);
        var requests = await ops.CountAsync(2);
        Assert.All(requests, request => Assert.True(request.Verify(told.Secret).IsValid));
        Assert.All(requests, request => Assert.Equal("application/json", request.Header("content-type")));
        var operational = requests.ToDictionary(Type, request => Read(request).GetProperty("data"));
        Assert.Equal((hook.Id, "GONE"), (Text(operational[Suspended], "webhook_id"), Text(operational[Suspended], "reason")));
        Assert.Equal(
            (dead.Id, dead.EventId, "order.created", "GONE", 410),
            (Text(operational[Dead], "delivery_id"), Text(operational[Dead], "event_id"), Text(operational[Dead], "event_type"),
                Text(operational[Dead], "end_reason"), operational[Dead].GetProperty("last_status_code").GetInt32()));
        Assert.Single(gone.Requests);
        Assert.All(await Tenant.ListAsync(new() { EventTypes = { "controlplane.*" } }), d => Assert.Equal(told.Webhook.Id, d.WebhookId));

        await Tenant.ChangeAsync(new() { Id = hook.Id, Enabled = true });
        Assert.Equal(Resumed, Type((await ops.CountAsync(3))[2]));
    }

    [Fact]
    public async Task AddressRefusedAfterARestart_SuspendsHoldsAndResumes()
    {
        await using var server = await ServerProcess.StartAsync(Receiver);
        using var first = await TestTenant.CreateAsync(server);
        var inbox = Receiver.Open();
        var hook = (await first.HookAsync(inbox, w => w.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromSeconds(1), attempts: 1))).Webhook;

        using var tenant = await RestartAsync(server, first, "10.99.0.0/16");
        await using var watcher = await Watcher.StartAsync(tenant.Clients, new() { WebhookStates = true });
        var held = await tenant.SendAsync();
        var suspended = await Eventually.BecomesAsync(
            () => tenant.GetHookAsync(hook.Id), w => w.State == WebhookState.Suspended, "the suspension");

        Assert.Equal(StateReason.AddressBlocked, suspended.StateReason);
        AssertSuspended(hook, await watcher.UntilAsync(m => m.Webhook is not null));
        await using var later = await Watcher.StartAsync(tenant.Clients, new() { WebhookStates = true, WebhookId = hook.Id });
        AssertSuspended(hook, await later.NextAsync());
        held = await tenant.UntilAsync(held.Id, DeliveryState.RetryScheduled);
        Assert.Equal((FailureKind.BlockedAddress, 1), (held.LastFailure, held.AttemptCount));
        var explained = await tenant.Clients.Deliveries.ExplainDeliveryAsync(new() { DeliveryId = held.Id });
        Assert.Equal(WaitReason.WebhookSuspended, explained.Waits[0].Reason);
        Assert.Contains("must not be called", explained.Summary, StringComparison.Ordinal);
        Assert.Empty(inbox.Requests);

        using var again = await RestartAsync(server, tenant, "127.0.0.0/8");
        await again.ChangeAsync(new() { Id = hook.Id, Enabled = true });
        Assert.Equal(2, (await again.UntilAsync(held.Id, DeliveryState.Succeeded)).AttemptCount);
        Assert.Equal(held.EventId, Assert.Single(inbox.Requests).Id);
    }

    [Fact]
    public async Task Killed_AfterTheSuspension_ItIsToldAllTheSame()
    {
        await using var server = await ServerProcess.StartAsync(Receiver);
        using var tenant = await TestTenant.CreateAsync(server);
        var (gone, ops) = (Receiver.Open(), Receiver.Open());
        gone.Answer = _ => 410;
        var release = new TaskCompletionSource();
        ops.Answer = _ => new Answer(204) { After = release.Task };
        await tenant.HookAsync(gone);
        await tenant.HookAsync(ops, w =>
        {
            w.EventTypes.Clear();
            w.EventTypes.Add([Suspended, Dead]);
        });
        var sent = await tenant.SendAsync();
        await tenant.UntilAsync(sent.Id, DeliveryState.Dead);

        server.Kill();
        await server.ExitAsync();
        release.SetResult();
        await server.StartAsync();

        var accepted = await ops.UntilAsync(_ => ops.Accepted.Distinct().Count() == 2, "both operational");
        Assert.Equal([Dead, Suspended], accepted.Select(Type).Distinct().Order(StringComparer.Ordinal));
    }

    private static void AssertSuspended(Webhook hook, WatchDeliveriesResponse message) => Assert.Equal(
        (hook.Id, hook.TenantId, WebhookState.Suspended, StateReason.AddressBlocked),
        (message.Webhook.WebhookId, message.Webhook.TenantId, message.Webhook.State, message.Webhook.StateReason));

    /// <summary>The tenant over a connection to the server as it runs then.</summary>
    private static async Task<TestTenant> RestartAsync(ServerProcess server, TestTenant tenant, string allowedNetworks)
    {
        await server.StopAsync();
        server.Setup.Settings["Egress:AllowedNetworks"] = allowedNetworks;
        await server.StartAsync();
        return new(tenant.Id, tenant.Key, server.Connect(tenant.Key));
    }

    private static string Type(ReceivedRequest request) => Text(Read(request), "type");

    private static JsonElement Read(ReceivedRequest request) => JsonDocument.Parse(request.Body).RootElement;

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
