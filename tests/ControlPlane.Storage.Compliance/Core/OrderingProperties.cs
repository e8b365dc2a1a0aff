namespace ControlPlane.Storage.Compliance;

/// <summary>Any sequence of everything that can happen to deliveries with ordering keys: the order holds, and none is left behind.</summary>
public abstract class OrderingProperties<TSource> : OrderingTest<TSource>
    where TSource : StoreSource, new()
{
    private const int Steps = 150;
    private static readonly string[] Keys = ["a", "b", ""];
    private readonly List<string> _order = [];
    private WebhookRecord _webhook = null!;

    [Theory]
    [MemberData(nameof(OrderingSeeds.All), MemberType = typeof(OrderingSeeds))]
    public async Task AnySequence_KeepsTheOrderAndLosesNone(int seed)
    {
        var random = new Random(seed);
        _webhook = await AddWebhookAsync(random.Next(2) == 0 ? HeadOfLine.Block : HeadOfLine.Park);
        for (var i = 0; i < Steps; i++)
        {
            await StepAsync(random);
            await ClaimAllAsync(random.Next(1, 4));
        }

        await FinishAsync();
        Assert.All(await LoadAsync(), delivery => Assert.True(delivery.Ended));
    }

    private async Task StepAsync(Random random)
    {
        var all = await LoadAsync();
        var (leased, waiting, ended) = (
            all.Where(d => d.State == DeliveryState.InFlight).ToList(),
            all.Where(d => d.NextAttemptTime is not null).ToList(),
            all.Where(d => d.Ended).ToList());
        DeliveryRecord? Any(List<DeliveryRecord> from) => from.Count == 0 ? null : from[random.Next(from.Count)];
        TimeSpan Later() => TimeSpan.FromSeconds(random.Next(0, 5));
        switch (random.Next(13))
        {
            case < 3:
                var events = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Keyed(_webhook, Keys[random.Next(Keys.Length)], random.Next(2) == 0));
                var added = (await AppendAsync([.. events])).Select(e => e.Deliveries[0]).ToList();
                _order.AddRange(added.Select(d => d.Id));
                foreach (var delivery in added)
                {
                    await CheckAsync(delivery);
                }

                break;
            case < 5 when Any(leased) is { } sent:
                await SucceedAsync(sent);
                break;
            case < 7 when Any(leased) is { } sent:
                await FailAsync(sent, Later());
                break;
            case 7 when Any(leased) is { } sent:
                await KillAsync(sent);
                break;
            case 8 when Any(leased) is { } sent:
                await Store.Queue.ReleaseAsync([new Lease(sent.Id, sent.Fence)], Later(), Cancel);
                break;
            case 9 when Any([.. leased, .. waiting]) is { } unfinished:
                await Store.Deliveries.CancelAsync(unfinished.Id, Cancel);
                break;
            case 10 when Any(ended) is { } done:
                await Store.Deliveries.RetryAsync(done.Id, Cancel);
                break;
            case 11 when random.Next(4) == 0:
                _webhook = await ChangeAsync(_webhook, random.Next(2) == 0 ? HeadOfLine.Block : HeadOfLine.Park);
                break;
            case 11 when random.Next(4) == 0:
                await RecoverAsync("another");
                break;
            default:
                Clock.Advance(Later());
                break;
        }
    }

    /// <summary>Claims until nothing is due; then no line may have been left with something that could go.</summary>
    private async Task ClaimAllAsync(int limit)
    {
        ClaimResult claim;
        do
        {
            claim = await ClaimAsync(_webhook, limit);
            Assert.All(claim.Deliveries, delivery => Assert.Equal(DeliveryState.InFlight, delivery.State));
            foreach (var delivery in claim.Deliveries)
            {
                await CheckAsync(delivery);
            }
        }
        while (claim.NextDue <= Now);

        foreach (var line in (await LoadAsync()).Where(d => !d.Ended).GroupBy(d => d.OrderingKey))
        {
            var next = line.Key.Length == 0
                ? line.FirstOrDefault(d => d.NextAttemptTime <= Now)
                : line.Any(d => d.State == DeliveryState.InFlight) ? null : line.FirstOrDefault(IsReady);
            Assert.False(next?.NextAttemptTime <= Now, $"{next} was left behind.");
        }
    }

    /// <summary>A delivery that was just leased must have been the one whose turn it was.</summary>
    private async Task CheckAsync(DeliveryRecord leased)
    {
        if (leased is not { State: DeliveryState.InFlight, OrderingKey.Length: > 0 })
        {
            return;
        }

        var line = (await LoadAsync()).Where(d => !d.Ended && d.OrderingKey == leased.OrderingKey).ToList();
        Assert.Single(line, d => d.State == DeliveryState.InFlight);
        Assert.Equal(leased.Id, line.First(d => d.State == DeliveryState.InFlight || IsReady(d)).Id);
    }

    private bool IsReady(DeliveryRecord delivery) =>
        _webhook.HeadOfLine == HeadOfLine.Block || delivery.State == DeliveryState.Pending || delivery.NextAttemptTime <= Now;

    private async Task FinishAsync()
    {
        for (var rounds = 0; (await LoadAsync()).Any(d => !d.Ended); rounds++)
        {
            Assert.True(rounds <= _order.Count, "Every round must end at least one delivery.");
            Clock.Advance(TimeSpan.FromSeconds(5));
            await ClaimAllAsync(100);
            foreach (var delivery in (await LoadAsync()).Where(d => d.State == DeliveryState.InFlight))
            {
                await SucceedAsync(delivery);
            }
        }
    }

    /// <summary>All deliveries in the order of acceptance.</summary>
    private async Task<List<DeliveryRecord>> LoadAsync()
    {
        var all = await ListAsync(new DeliveryQuery { Limit = 500 });
        all.Reverse();
        Assert.Equal(_order, all.Select(d => d.Id));
        return all;
    }
}

/// <summary>What the sequences are made from.</summary>
public static class OrderingSeeds
{
    public static TheoryData<int> All => [.. Enumerable.Range(0, Count)];

    private static int Count => int.TryParse(Environment.GetEnvironmentVariable("CONTROLPLANE_ORDERING_SEEDS"), out var count) ? count : 5;
}
