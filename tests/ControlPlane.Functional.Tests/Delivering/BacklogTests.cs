using ControlPlane.Testing;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.Delivering;

/// <summary>What happens when more is published than receivers take.</summary>
public sealed class BacklogTests(SharedServer shared)
{
    [Fact]
    public async Task Publish_BacklogFull_IsRefusedWithRetryInfoAndNothingIsLost()
    {
        await using var server = await ServerProcess.StartAsync(
            shared.Receiver, setup => setup.Settings["Publishing:MaxBacklogPerTenant"] = "50");
        using var tenant = await TestTenant.CreateAsync(server);
        var works = false;
        var inbox = shared.Receiver.Open();
        inbox.Answer = _ => Volatile.Read(ref works) ? 204 : 503;
        await tenant.HookAsync(inbox, w => w.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromSeconds(1), attempts: 100));
        var accepted = new List<string>();
        for (var i = 0; i < 50; i++)
        {
            accepted.Add((await tenant.SendAsync()).EventId);
        }

        var refusal = await Refusal.OfAsync(() => tenant.PublishAsync());

        refusal.Is(StatusCode.ResourceExhausted, "BACKLOG_FULL");
        Assert.True(refusal.Detail<Google.Rpc.RetryInfo>().RetryDelay.ToTimeSpan() > TimeSpan.Zero);
        Assert.Single(refusal.Detail<Google.Rpc.QuotaFailure>().Violations);

        // A limit found full is found full again after a restart, and what waits goes on.
        server.Kill();
        await server.ExitAsync();
        await server.StartAsync();
        using var again = new TestTenant(tenant.Id, tenant.Key, server.Connect(tenant.Key));
        (await Refusal.OfAsync(() => again.PublishAsync())).Is(StatusCode.ResourceExhausted, "BACKLOG_FULL");
        Volatile.Write(ref works, true);
        await Eventually.BecomesAsync(
            () => again.ListAsync(), list => list.All(d => d.State == DeliveryState.Succeeded), "all to succeed");
        Assert.Equal(accepted.Order(StringComparer.Ordinal), (await again.ListAsync()).Select(d => d.EventId).Order(StringComparer.Ordinal));
        await again.SendAsync();
    }

    [Fact]
    public async Task Publish_LargeFanOut_IsRefusedWholeOrDeliveredWhole()
    {
        await using var server = await ServerProcess.StartAsync(shared.Receiver, setup => setup.Settings["Publishing:MaxFanOut"] = "600");
        using var tenant = await TestTenant.CreateAsync(server);
        var inbox = shared.Receiver.Open();
        for (var i = 0; i < 3; i++)
        {
            await tenant.HookAsync(inbox);
        }

        var batch = new BatchPublishEventsRequest { Events = { Enumerable.Range(0, 201).Select(_ => TestTenant.NewEvent()) } };
        var refusal = await Refusal.OfAsync(tenant.Clients.Events.BatchPublishEventsAsync(batch));

        refusal.Is(StatusCode.ResourceExhausted, "FAN_OUT_TOO_LARGE");
        Assert.Contains("603", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(await tenant.ListAsync());

        batch.Events.RemoveAt(0);
        // Those of one tenant go to the store one after the other.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => await tenant.Clients.Events.BatchPublishEventsAsync(batch)));
        Assert.Equal(2_400, (await tenant.ListAsync()).Count);
    }
}
