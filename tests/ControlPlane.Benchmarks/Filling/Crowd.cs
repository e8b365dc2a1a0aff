using ControlPlane.Benchmarks.Load;
using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;
using DeliveryState = ControlPlane.Storage.DeliveryState;

namespace ControlPlane.Benchmarks.Filling;

/// <summary>
/// Tenants, webhooks and a week of deliveries as a platform might have them: few tenants and types make most of it, almost everything
/// succeeded. Always the same for the same number of deliveries.
/// </summary>
internal sealed class Crowd
{
    private const int Seed = 20_240;
    private const int TenantCount = 10;
    private const int HooksPerTenant = 20;
    private const int Instances = 500;
    private const int BatchSize = 200;
    private const int PayloadBytes = 128;
    private const string RareType = "account.closed";

    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    private static readonly string[] Types =
        ["message.new", "message.new", "message.new", "message.new", "message.status.read", "message.status.read", "order.paid", "contact.updated"];

    private readonly Bench _bench;
    private readonly Random _random = new(Seed);
    private readonly MeasuredStore _store;
    private readonly Dictionary<string, string[]> _hooks = [];
    private readonly byte[] _payload = Payload.Create(PayloadBytes);
    private DateTimeOffset _end;

    private Crowd(Bench bench, MeasuredStore store) => (_bench, _store) = (bench, store);

    /// <summary>What it looks like.</summary>
    public string Description { get; } =
        $"{TenantCount} tenants, each half as busy as the one before, with {HooksPerTenant} webhooks each; 1 to 3 deliveries per event; "
        + "98.3 % SUCCEEDED, 1 % DEAD, 0.2 % CANCELLED, 0.5 % waiting for a retry; one event in 1,000 of a rare type; "
        + $"{Instances} instances; over 7 days; {PayloadBytes} B payload";

    private static string BusiestTenant => TenantOf(0);

    /// <summary>Registers tenants and webhooks through a server, which seals their secrets and is stopped again.</summary>
    public static async Task<Crowd> CreateAsync(Bench bench, MeasuredStore store)
    {
        var crowd = new Crowd(bench, store);
        await using var server = await store.StartServerAsync(bench.Cancellation);
        using var clients = server.Connect();
        for (var tenant = 0; tenant < TenantCount; tenant++)
        {
            var id = TenantOf(tenant);
            await clients.Admin.CreateTenantAsync(new() { Tenant = new() { Id = id } }, cancellationToken: bench.Cancellation);
            var hooks = new string[HooksPerTenant];
            for (var i = 0; i < hooks.Length; i++)
            {
                var created = await clients.Webhooks.CreateWebhookAsync(
                    new() { Webhook = new() { TenantId = id, Url = $"https://127.0.0.1:8443/{id}/{i}", EventTypes = { "*" } } },
                    cancellationToken: bench.Cancellation);
                hooks[i] = created.Webhook.Id;
            }

            crowd._hooks.Add(id, hooks);
        }

        return crowd;
    }

    /// <summary>Stores so many deliveries.</summary>
    public async Task FillAsync(long count)
    {
        _end = _bench.Clock.GetStoreNow();
        await using var filler = await _store.OpenFillerAsync(_bench.Cancellation);
        var told = 0L;
        for (var done = 0L; done < count;)
        {
            var tenant = TenantOf(Skewed(TenantCount));
            List<PastEvent> events = [];
            for (var i = 0; i < BatchSize && done < count; i++)
            {
                var time = Timestamps.FromMicroseconds((_end - (Week * (1 - ((double)done / count)))).ToMicroseconds());
                events.Add(CreateEvent(tenant, time, (int)Math.Min(count - done, _random.Next(1, 4))));
                done += events[^1].Deliveries.Count;
            }

            await filler.AddAsync(tenant, events, _bench.Cancellation);
            if (done / 1_000_000 > told)
            {
                told = done / 1_000_000;
                _bench.Progress($"{told} million stored");
            }
        }
    }

    /// <summary>The lists that are read.</summary>
    public IEnumerable<(string Name, ListDeliveriesRequest Request)> Filters()
    {
        var hook = _hooks[BusiestTenant][0];
        yield return ("all tenants", new() { TenantId = "-" });
        yield return ("busiest tenant", Of(BusiestTenant));
        yield return ("quietest tenant", Of(TenantOf(TenantCount - 1)));
        yield return ("webhook", new(Of(BusiestTenant)) { WebhookId = hook });
        yield return ("dead", new(Of(BusiestTenant)) { States = { V1.DeliveryState.Dead } });
        yield return ("dead of webhook", new(Of(BusiestTenant)) { WebhookId = hook, States = { V1.DeliveryState.Dead } });
        yield return ("succeeded", new(Of(BusiestTenant)) { States = { V1.DeliveryState.Succeeded } });
        yield return ("cancelled", new(Of(BusiestTenant)) { States = { V1.DeliveryState.Cancelled } });
        yield return ("waiting for retry", new(Of(BusiestTenant)) { States = { V1.DeliveryState.RetryScheduled } });
        yield return ("common type", new(Of(BusiestTenant)) { EventTypes = { Types[0] } });
        yield return ("prefix", new(Of(BusiestTenant)) { EventTypes = { "message.*" } });
        yield return ("rare type", new(Of(BusiestTenant)) { EventTypes = { RareType } });
        yield return ("instance", new(Of(BusiestTenant)) { Instance = InstanceOf(BusiestTenant, 7) });
        yield return ("created_after", new(Of(BusiestTenant)) { CreatedAfter = At(-2) });
        yield return ("created on a day", new(Of(BusiestTenant)) { CreatedAfter = At(-4), CreatedBefore = At(-3) });
        yield return (
            "dead of webhook and type on a day",
            new(Of(BusiestTenant))
            {
                WebhookId = hook,
                States = { V1.DeliveryState.Dead },
                EventTypes = { Types[0] },
                CreatedAfter = At(-4),
                CreatedBefore = At(-3),
            });

        static ListDeliveriesRequest Of(string tenant) => new() { TenantId = tenant };

        Timestamp At(int days) => Timestamp.FromDateTimeOffset(_end.AddDays(days));
    }

    private static string TenantOf(int number) => $"tenant-{number}";

    private static string InstanceOf(string tenant, int number) => $"{tenant}-instance-{number}";

    private PastEvent CreateEvent(string tenant, DateTimeOffset time, int deliveries)
    {
        var hooks = _hooks[tenant];
        var first = Skewed(hooks.Length);
        var type = _random.Next(1_000) == 0 ? RareType : Types[_random.Next(Types.Length)];
        return new(
            type,
            InstanceOf(tenant, _random.Next(Instances)),
            time,
            _payload,
            [.. Enumerable.Range(0, deliveries).Select(i => CreateDelivery(hooks[(first + i) % hooks.Length]))]);
    }

    private PastDelivery CreateDelivery(string hook) => _random.Next(1_000) switch
    {
        < 10 => new(hook, DeliveryState.Dead),
        < 12 => new(hook, DeliveryState.Cancelled),
        // Late enough that nothing is sent while lists are read.
        < 17 => new(hook, DeliveryState.RetryScheduled, _end.AddHours(6 + _random.Next(18))),
        _ => new(hook, DeliveryState.Succeeded),
    };

    /// <summary>Each number half as often as the one before.</summary>
    private int Skewed(int count)
    {
        var number = 0;
        while (number < count - 1 && _random.Next(2) == 0)
        {
            number++;
        }

        return number;
    }
}
