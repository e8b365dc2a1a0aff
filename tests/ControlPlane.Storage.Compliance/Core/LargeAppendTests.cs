namespace ControlPlane.Storage.Compliance;

/// <summary>Appends of more deliveries than an engine may want to store in one transaction.</summary>
public abstract class LargeAppendTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    private const int Hooks = 40;
    private readonly List<WebhookRecord> _hooks = [];

    [Fact]
    public async Task Append_ManyDeliveries_AnswersAllInOrderAsStored()
    {
        var small = To(NewEvent(), leased: true, _hooks[0]);
        NewEvent[] events = [small, .. Enumerable.Range(0, 12).Select(i => To(NewEvent(instance: $"i{i}"), leased: i % 2 == 0, [.. _hooks]))];

        var appended = await AppendAsync(events);

        Assert.Equal(events.Select(each => each.Event.Id), appended.Select(each => each.Event.Id));
        foreach (var (added, stored) in events.Zip(appended))
        {
            Assert.Equal(added.Deliveries.Count, stored.Event.DeliveryCount);
            Assert.Equal(added.Deliveries.Select(each => (each.Id, each.Leased)), stored.Deliveries.Select(each => (each.Id, each.State == DeliveryState.InFlight)));
        }

        await CheckAsync(appended);
        await ReopenAsync();
        await CheckAsync(appended);
    }

    [Fact]
    public async Task Append_Again_IsADuplicateAsAWhole()
    {
        var added = Enumerable.Range(0, 6).Select(i => To(NewEvent() with { Id = $"evt_{i}" }, leased: false, [.. _hooks]) with { Fingerprint = [1] }).ToArray();
        await AppendAsync(added);
        var head = await ReadHeadAsync();

        var again = await AppendAsync(added);

        Assert.All(again, each => Assert.True(each is { Duplicate: true, Deliveries: [] }));
        Assert.Equal(head, await ReadHeadAsync());
    }

    [Fact]
    public async Task Append_SomeDuplicatesAmongMany_StoresTheOthers()
    {
        var known = To(NewEvent() with { Id = "evt_known" }, leased: false, [.. _hooks]) with { Fingerprint = [1] };
        await AppendAsync(known);

        var appended = await AppendAsync([known, .. Enumerable.Range(0, 6).Select(_ => To(NewEvent(), leased: true, [.. _hooks])), known]);

        Assert.Equal([true, false, false, false, false, false, false, true], appended.Select(each => each.Duplicate));
        await CheckAsync([.. appended.Skip(1).Take(6)]);
    }

    [Fact]
    public async Task Append_ManyOfOneOrderingKey_GoInTheirOrder()
    {
        var events = Enumerable.Range(0, 6).Select(_ => To(NewEvent() with { OrderingKey = "k" }, leased: false, [.. _hooks])).ToArray();
        await AppendAsync(events);

        foreach (var hook in new[] { _hooks[0], _hooks[^1] })
        {
            foreach (var added in events)
            {
                var next = Assert.Single((await ClaimAsync(hook)).Deliveries);
                Assert.Equal(added.Event.Id, next.EventId);
                Assert.NotNull(await SucceedAsync(next));
            }
        }
    }

    protected override async Task PrepareAsync()
    {
        for (var i = 0; i < Hooks; i++)
        {
            _hooks.Add(await AddWebhookAsync());
        }
    }

    private async Task CheckAsync(IReadOnlyList<AppendedEvent> appended)
    {
        var expected = appended.SelectMany(each => each.Deliveries).ToDictionary(each => each.Id);
        foreach (var delivery in expected.Values.Where((_, i) => i % 37 == 0))
        {
            Assert.Equal(delivery, await GetAsync(delivery));
        }

        foreach (var each in appended)
        {
            var ofEvent = await ListAsync(new DeliveryQuery { EventId = each.Event.Id, Limit = 30 });
            Assert.Equal(each.Deliveries.Select(delivery => delivery.Id).Order(), ofEvent.Select(delivery => delivery.Id).Order());
        }

        var ids = appended.Select(each => each.Event.Id).ToHashSet();
        foreach (var hook in new[] { _hooks[1], _hooks[^1] })
        {
            var ofHook = await ListAsync(new DeliveryQuery { WebhookId = hook.Id, Limit = 5 });
            Assert.Equal(
                expected.Values.Where(delivery => delivery.WebhookId == hook.Id).Select(delivery => delivery.Id).Order(),
                ofHook.Where(delivery => ids.Contains(delivery.EventId)).Select(delivery => delivery.Id).Order());
        }
    }
}
