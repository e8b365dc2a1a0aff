using ControlPlane.Faults.Tests.Receiving;
using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Faults.Tests;

/// <summary>What a receiver sends too much does not stay in the server's memory. A server of its own, and one flood after another.</summary>
public sealed class MemoryTests
{
    /// <summary>The floods are larger than this each, and there are several at a time.</summary>
    private const long MostGrowth = 64 << 20;

    private const int AtATime = 8;

    [Fact]
    public async Task Deliver_EveryFlood_LeavesMemoryFlat()
    {
        await using var healthy = await HttpsReceiver.StartAsync();
        await using var server = await ServerProcess.StartAsync(healthy);
        using var tenant = await TestTenant.CreateAsync(server);
        // What any work costs once: code that is compiled, buffers that are pooled.
        await SendAsync(tenant, healthy.Open().Url, 200);
        var memory = ServerMemory.Of(server);
        var before = memory.Now;
        memory.ForgetPeak();

        foreach (var (name, flood) in Floods.All)
        {
            await using var receiver = new FaultReceiver(flood.Behave, healthy.Certificates.Server, flood.Protocols);
            await SendAsync(tenant, receiver.Url, AtATime);
            var growth = memory.Peak - before;
            TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {growth >> 20} MB above {before >> 20} MB");
            Assert.True(growth < MostGrowth, $"{name}: the server grew by {growth >> 20} MB to {memory.Peak >> 20} MB");
        }
    }

    private static async Task SendAsync(TestTenant tenant, string url, int count)
    {
        var hook = (await tenant.Clients.Webhooks.CreateWebhookAsync(new()
        {
            Webhook = new()
            {
                Url = url,
                EventTypes = { "*" },
                Timeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(50)),
                RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromSeconds(1), attempts: 1),
            },
        })).Webhook;
        for (var i = 0; i < count; i++)
        {
            await tenant.PublishAsync();
        }

        await Eventually.BecomesAsync(
            async () => (await tenant.ListAsync(new() { WebhookId = hook.Id })).Count(d => d.State is DeliveryState.Succeeded or DeliveryState.Dead),
            ended => ended == count,
            $"{count} deliveries to end");
        await tenant.Clients.Webhooks.DeleteWebhookAsync(new() { WebhookId = hook.Id });
    }
}
