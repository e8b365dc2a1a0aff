using ControlPlane.Faults.Tests.Receiving;
using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Faults.Tests;

/// <summary>A faulty receiver and a healthy one side by side, in a tenant of their own on the shared server.</summary>
public abstract class FaultTest(SharedServer shared) : SharedServerTest(shared)
{
    /// <summary>Enough that one after another on one connection would be seen, too few for the lane to hold any back.</summary>
    private const int Events = 3;

    /// <summary>What the server may take with all faults of this suite at once; it starts with half of that.</summary>
    private const long MostMemory = 400 << 20;

    private const int LongestMessage = 200;

    /// <summary>Sends events to a receiver with a fault, and checks what is told of it and that the receiver beside it has them.</summary>
    private protected async Task SufferAsync(Fault fault)
    {
        using var own = fault.Certificate?.Invoke(Receiver.Certificates);
        var certificate = fault.HasTls ? own ?? Receiver.Certificates.Server : null;
        await using var receiver = new FaultReceiver(fault.Behave, certificate, fault.Protocols);
        await SufferAsync(receiver.Url, fault);
        Assert.NotEqual(0, receiver.Connections);
        if (fault.IsCutOff)
        {
            Assert.Equal(0, receiver.Finished);
        }
    }

    private protected async Task SufferAsync(string url, Fault fault)
    {
        var healthy = Receiver.Open();
        var beside = (await Tenant.HookAsync(healthy)).Webhook;
        var faulty = await HookAsync(url, fault.Timeout, TestTenant.RetryEvery(TimeSpan.FromSeconds(1), attempts: 1));
        var events = new List<string>();
        for (var i = 0; i < Events; i++)
        {
            var published = await Tenant.PublishAsync();
            Assert.Equal(2, published.DeliveryCount);
            events.Add(published.Event.Id);
        }

        // While the faults are under way.
        await healthy.CountAsync(Events);
        foreach (var delivery in await OfAsync(faulty.Id))
        {
            AssertTold(fault, await Eventually.BecomesAsync(
                () => Tenant.GetAsync(delivery.Id), d => d.State is DeliveryState.Succeeded or DeliveryState.Dead, "the delivery to end"));
        }

        foreach (var delivery in await OfAsync(beside.Id))
        {
            Assert.Equal(1, (await Tenant.UntilAsync(delivery.Id, DeliveryState.Succeeded)).AttemptCount);
        }

        Assert.Equal(events.Order(), healthy.Requests.Select(request => request.Id).Order());
        Assert.InRange(ServerMemory.Of(Server).Now, 0, MostMemory);
    }

    private protected async Task<Webhook> HookAsync(string url, TimeSpan timeout, RetryPolicy retries) =>
        (await Tenant.Clients.Webhooks.CreateWebhookAsync(new()
        {
            Webhook = new() { Url = url, EventTypes = { "*" }, Timeout = Duration.FromTimeSpan(timeout), RetryPolicy = retries },
        })).Webhook;

    private static void AssertTold(Fault fault, Delivery delivery)
    {
        var attempt = Assert.Single(delivery.Attempts);
        var (kind, status) = (fault.OrKinds.Contains(attempt.Failure) ? attempt.Failure : fault.Kind, fault.Status ?? attempt.StatusCode);
        Assert.True((kind, status) == (attempt.Failure, attempt.StatusCode), attempt.ToString());
        Assert.Contains(fault.Message, attempt.FailureMessage, StringComparison.Ordinal);
        var isTwice = fault.MayBeSentTwice && attempt.FailureMessage.StartsWith("Sent twice:", StringComparison.Ordinal);
        Assert.True(isTwice || attempt.Failure == FailureKind.Unspecified == (attempt.FailureMessage.Length == 0), attempt.ToString());
        Assert.InRange(attempt.FailureMessage.Length, 0, LongestMessage);
        Assert.DoesNotContain('\n', attempt.FailureMessage);
        if (fault.Excerpt is { } excerpt)
        {
            Assert.Equal(excerpt, attempt.ResponseExcerpt);
        }
    }

    private Task<IReadOnlyList<Delivery>> OfAsync(string webhookId) => Tenant.ListAsync(new() { WebhookId = webhookId });
}
