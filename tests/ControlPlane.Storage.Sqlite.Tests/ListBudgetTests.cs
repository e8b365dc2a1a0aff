using ControlPlane.Storage.Compliance;

namespace ControlPlane.Storage.Sqlite.Tests;

/// <summary>Rare rows behind more others than one call looks at.</summary>
public sealed class ListBudgetTests : StorageTests<SqliteSource>
{
    private WebhookRecord _webhook = null!;
    private DeliveryRecord _rare = null!;

    protected override async Task PrepareAsync()
    {
        _webhook = await AddWebhookAsync();
        var rare = (await AppendAsync(To(NewEvent("rare.one", instance: "rare"), false, _webhook)))[0].Deliveries[0];
        _rare = (await Store.Deliveries.CancelAsync(rare.Id, Cancel)).Delivery!;
        for (var i = 0; i < 21; i++)
        {
            await AppendAsync([.. Enumerable.Range(0, 1_000).Select(_ => To(NewEvent("common"), true, _webhook))]);
        }
    }

    [Fact]
    public async Task List_RareMatch_ShortPagesLeadToIt()
    {
        DeliveryQuery[] queries =
        [
            new() { States = [DeliveryState.Cancelled] },
            new() { States = [DeliveryState.Cancelled], TenantId = TenantRecord.DefaultId },
            new() { States = [DeliveryState.Cancelled], WebhookId = _webhook.Id },
            new() { EventTypes = ["rare.*"] },
            new() { Instance = "rare", TenantId = TenantRecord.DefaultId },
            new() { Instance = "rare", WebhookId = _webhook.Id },
        ];

        foreach (var query in queries)
        {
            var first = await Store.Deliveries.ListAsync(query, Cancel);
            Assert.Empty(first.Items);
            Assert.NotNull(first.Next);
            Assert.Equal([_rare], await ListAsync(query));
        }

        var events = await ReadAllAsync(
            position => Store.Events.ListAsync(new EventQuery { Instance = "rare", Before = position }, Cancel));
        Assert.Equal([_rare.EventId], events.Select(e => e.Id));
    }

    [Fact]
    public async Task List_ManyLive_IsComplete()
    {
        var live = await ListAsync(new DeliveryQuery { States = [DeliveryState.InFlight], Limit = 1_000 });

        Assert.Equal(21_000, live.Count);
        Assert.Empty(await ListAsync(new DeliveryQuery { States = [DeliveryState.Pending] }));
    }
}
