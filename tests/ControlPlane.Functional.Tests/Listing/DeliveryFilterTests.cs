using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Functional.Tests.Listing;

/// <summary>What ListDeliveries finds against the same rules applied naively to everything that is there.</summary>
public sealed class DeliveryFilterTests(SharedServer shared) : SharedServerTest(shared)
{
    private const int Seed = 20_250_601;
    private const int Requests = 150;

    private static readonly string[] Types = ["order.created", "order.line.added", "orders.created", "order", "invoice.paid"];
    private static readonly string[] Patterns = [.. Types, "order.*", "order.line.*", "*", "nothing.*"];
    private static readonly string[] Instances = ["", "shop-1", "shop-2"];

    [Fact]
    public async Task List_AnyFilters_EqualsANaiveFilter()
    {
        await FillAsync();
        var all = await Tenant.ListAsync();
        Assert.Equal(4, all.Select(d => d.State).Distinct().Count());
        var random = new Random(Seed);
        var found = 0;
        for (var i = 0; i < Requests; i++)
        {
            var request = Draw(random, all);
            var expected = all.Where(d => Matches(request, d)).ToList();
            Assert.True(expected.SequenceEqual(await Tenant.ListAsync(request)), $"seed {Seed}, request {i}: {request}");
            found += expected.Count > 0 ? 1 : 0;
        }

        Assert.InRange(found, Requests / 4, Requests - 1);
    }

    private async Task FillAsync()
    {
        var (healthy, failing, strict) = (Receiver.Open(), Receiver.Open(), Receiver.Open());
        (failing.Answer, strict.Answer) = (_ => 503, _ => 400);
        await Tenant.HookAsync(healthy, w => w.EventTypes[0] = "order.*");
        await Tenant.HookAsync(failing, w => w.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromHours(1)));
        await Tenant.HookAsync(strict, w => w.RetryPolicy.NonRetryableStatuses.Add(400));
        for (var i = 0; i < 40; i++)
        {
            var number = i;
            await Tenant.PublishAsync(e => (e.Type, e.Instance) = (Types[number % Types.Length], Instances[number % Instances.Length]));
        }

        var settled = await Eventually.BecomesAsync(() => Tenant.ListAsync(), all => all.All(IsSettled), "everything to settle");
        foreach (var delivery in settled.Where(d => d.State is DeliveryState.RetryScheduled).Take(5))
        {
            await Tenant.Clients.Deliveries.CancelDeliveryAsync(new() { DeliveryId = delivery.Id });
        }
    }

    // The failing one is tried only one at a time after a few failures, but each is tried.
    private static bool IsSettled(Delivery delivery) => delivery.State is not (DeliveryState.Pending or DeliveryState.InFlight);

    private static ListDeliveriesRequest Draw(Random random, IReadOnlyList<Delivery> all)
    {
        var request = new ListDeliveriesRequest();
        T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
        bool Sometimes() => random.Next(4) == 0;
        request.WebhookId = Sometimes() ? Pick(all).WebhookId : "";
        request.EventId = Sometimes() ? Pick(all).EventId : "";
        request.Instance = Sometimes() ? Pick(Instances) : "";
        request.CreatedAfter = Sometimes() ? Near(random, Pick(all).CreateTime) : null;
        request.CreatedBefore = Sometimes() ? Near(random, Pick(all).CreateTime) : null;
        for (var i = Sometimes() ? random.Next(1, 3) : 0; i > 0; i--)
        {
            request.States.Add(Pick([DeliveryState.Succeeded, DeliveryState.Dead, DeliveryState.RetryScheduled, DeliveryState.Cancelled]));
        }

        request.EventTypes.Add(Enumerable.Range(0, Sometimes() ? 2 : 0).Select(_ => Pick(Patterns)).Distinct());
        return request;
    }

    /// <summary>The time itself, a microsecond beside it, or a part of a microsecond.</summary>
    private static Timestamp Near(Random random, Timestamp time) =>
        time + new Duration { Nanos = random.Next(5) switch { 0 => -1000, 1 => 1000, 2 => 100, 3 => -100, _ => 0 } };

    private static bool Matches(ListDeliveriesRequest request, Delivery delivery) =>
        (request.WebhookId.Length == 0 || request.WebhookId == delivery.WebhookId)
        && (request.EventId.Length == 0 || request.EventId == delivery.EventId)
        && (request.Instance.Length == 0 || request.Instance == delivery.Instance)
        && (request.States.Count == 0 || request.States.Contains(delivery.State))
        && (request.EventTypes.Count == 0 || request.EventTypes.Any(p => Covers(p, delivery.EventType)))
        && (request.CreatedAfter is null || delivery.CreateTime >= request.CreatedAfter)
        && (request.CreatedBefore is null || delivery.CreateTime < request.CreatedBefore);

    private static bool Covers(string pattern, string type) =>
        pattern == "*" || pattern == type || (pattern.EndsWith(".*", StringComparison.Ordinal) && type.StartsWith(pattern[..^1], StringComparison.Ordinal));
}
