namespace ControlPlane.Storage.Compliance;

/// <summary>Listing events.</summary>
public abstract class EventListTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    private readonly List<EventRecord> _all = [];

    protected override async Task PrepareAsync()
    {
        await AddTenantAsync("other");
        foreach (var tenant in new[] { TenantRecord.DefaultId, "other", TenantRecord.DefaultId })
        {
            foreach (var type in new[] { "order.paid", "order.item.added", "orders", "ping" })
            {
                foreach (var instance in new[] { "", "inst-1" })
                {
                    var labels = new Dictionary<string, string> { ["type"] = type };
                    var added = NewEvent(type, tenant, instance) with { Labels = labels, ContentType = "text/plain" };
                    _all.Insert(0, (await AppendAsync(To(added, leased: false)))[0].Event);
                    Clock.Advance(TimeSpan.FromSeconds(20));
                }
            }
        }
    }

    private async Task CheckAsync(EventQuery query, Func<EventRecord, bool> expected)
    {
        foreach (var limit in new[] { 1_000, 5, 1 })
        {
            var read = await ReadAllAsync(
                position => Store.Events.ListAsync(query with { Before = position, Limit = limit }, Cancel));
            Assert.Equivalent(_all.Where(expected), read, strict: true);
            Assert.Equal(_all.Where(expected).Select(e => e.Id), read.Select(e => e.Id));
        }
    }

    [Fact]
    public Task List_NoFilter_NewestFirstWithoutPayloads() => CheckAsync(new EventQuery(), e => e.Payload is null);

    [Fact]
    public async Task List_Filters_OnlyMatching()
    {
        await CheckAsync(new EventQuery { TenantId = "other" }, e => e.TenantId == "other");
        await CheckAsync(new EventQuery { Instance = "inst-1" }, e => e.Instance == "inst-1");
        await CheckAsync(new EventQuery { Instance = "" }, e => e.Instance.Length == 0);
        await CheckAsync(new EventQuery { EventTypes = ["orders", "nothing"] }, e => e.Type == "orders");
        await CheckAsync(
            new EventQuery { EventTypes = ["order.*"] }, e => e.Type.StartsWith("order.", StringComparison.Ordinal));
        await CheckAsync(
            new EventQuery { TenantId = "other", EventTypes = ["ping", "order.item.*"], Instance = "inst-1" },
            e => e.TenantId == "other" && e.Type is "ping" or "order.item.added" && e.TenantId == "other"
                && e.Instance == "inst-1");
        await CheckAsync(new EventQuery { TenantId = "nobody" }, _ => false);
        await CheckAsync(new EventQuery { EventTypes = ["nothing"] }, _ => false);
        await CheckAsync(new EventQuery { Instance = "nowhere" }, _ => false);
    }

    [Fact]
    public async Task List_CreateTime_FromIncludedToExcluded()
    {
        var (from, to) = (_all[^5].CreateTime, _all[5].CreateTime);

        await CheckAsync(new EventQuery { CreatedAfter = from }, e => e.CreateTime >= from);
        await CheckAsync(new EventQuery { CreatedBefore = to }, e => e.CreateTime < to);
        await CheckAsync(
            new EventQuery { CreatedAfter = from, CreatedBefore = to, TenantId = "other" },
            e => e.CreateTime >= from && e.CreateTime < to && e.TenantId == "other");
    }

    [Fact]
    public async Task List_CreateTimesOutOfOrder_FindsAll()
    {
        var back = Now.AddHours(-3);
        _all.Insert(0, (await AppendAsync(To(NewEvent() with { CreateTime = back }, leased: false)))[0].Event);
        _all.Insert(0, (await AppendAsync(To(NewEvent(), leased: false)))[0].Event);

        await CheckAsync(new EventQuery { CreatedBefore = back.AddHours(1) }, e => e.CreateTime < back.AddHours(1));
        await CheckAsync(new EventQuery { CreatedAfter = back.AddHours(1) }, e => e.CreateTime >= back.AddHours(1));
    }
}
