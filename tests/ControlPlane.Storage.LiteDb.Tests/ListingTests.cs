using ControlPlane.Storage.Compliance;

namespace ControlPlane.Storage.LiteDb.Tests;

/// <summary>So many events that most of them are listed instead of known in memory.</summary>
public sealed class ListingTests : StorageTests<LiteDbSource>
{
    private const int Batches = 11;
    private const int Each = 500;

    [Fact]
    public async Task Find_ListedAndNewest_ByIdAndByOwnerAndInTheFeed()
    {
        var webhooks = new[] { await AddWebhookAsync(), await AddWebhookAsync() };
        var late = NewId("evt_");
        var all = await FillAsync(webhooks);
        // Sorts before all that are listed.
        var delivery = (await AppendAsync(To(NewEvent() with { Id = late }, leased: false, webhooks[0])))[0].Deliveries[0];
        all.Add(delivery);

        await CheckAsync(webhooks, all);
        await ReopenAsync();
        await CheckAsync(webhooks, all);

        Assert.IsType<AppendResult.Conflict>(await TryAppendAsync(To(NewEvent() with { Id = all[0].EventId }, leased: false, webhooks[0])));
        Assert.IsType<AppendResult.Conflict>(await TryAppendAsync(To(NewEvent() with { Id = late }, leased: false, webhooks[0])));
    }

    [Fact]
    public async Task Find_SomeListsAreWritten_EachIsThereOnce()
    {
        var webhooks = new WebhookRecord[60];
        for (var i = 0; i < webhooks.Length; i++)
        {
            webhooks[i] = await AddWebhookAsync();
        }

        var all = new List<DeliveryRecord>();
        for (var batch = 0; batch <= 8; batch++)
        {
            await AddAsync(500);
        }

        // What is begun is begun anew: with more in the lists.
        for (var process = 0; process < 2; process++)
        {
            await AddAsync(1);
            await AddAsync(1);
            Assert.InRange(await CountListsAsync(), 1, webhooks.Length - 1);
            await CheckAsync(webhooks, all);
        }

        for (var more = 0; more < 10; more++)
        {
            await AddAsync(1);
        }

        await CheckAsync(webhooks, all);
        Assert.Equal(webhooks.Length, await CountListsAsync());
        await CheckAsync(webhooks, all);

        async Task AddAsync(int count)
        {
            var added = await AppendAsync([.. Enumerable.Range(0, count).Select(i => To(NewEvent(), leased: false, webhooks[i % webhooks.Length]))]);
            all.AddRange(added.Select(each => each.Deliveries[0]));
        }

        async Task<int> CountListsAsync()
        {
            await Store.DisposeAsync();
            int lists;
            await using (var database = LiteDbStorage.OpenDatabase(new LiteDbStorageOptions { Path = Source.File, TimeProvider = Clock }))
            {
                lists = await database.ReadAsync(Count, Cancel);
            }

            await ReopenAsync();
            return lists;
        }

        static int Count(DocumentStore documents)
        {
            // Retention sees them when nothing replaces them any more.
            var listed = documents.Recent.Deliveries.ListedTo > 0;
            Assert.Equal(listed, Listing.Deliveries.FindList(documents, 0) is not null);
            var count = 0;
            using var rows = documents.Within(Collections.DeliveryLists, LiteDB.BsonValue.MinValue, LiteDB.BsonValue.MaxValue);
            while (rows.Step())
            {
                count++;
            }

            return count;
        }
    }

    [Fact]
    public async Task Lease_HeldWhileThousandsChange_IsFoundAfterARestart()
    {
        var webhook = await AddWebhookAsync();
        var held = new List<DeliveryRecord> { await PublishAsync(webhook, leased: true), await PublishAsync(webhook, leased: true) };
        await FillAsync([webhook]);
        held.Add(await PublishAsync(webhook, leased: true));
        Assert.Empty(await Store.Queue.ExtendAsync([new Lease(held[0].Id, held[0].Fence)], TimeSpan.FromHours(1), Cancel));

        await ReopenAsync();

        var query = new DeliveryQuery { States = [DeliveryState.InFlight] };
        Assert.Equal(held.Select(lease => lease.Id).Reverse(), (await Store.Deliveries.ListAsync(query, Cancel)).Items.Select(found => found.Id));
        Assert.Equal(held.Count, await RecoverAsync("node-2"));
        Assert.Empty((await Store.Deliveries.ListAsync(query, Cancel)).Items);
        Assert.Empty(await Store.Capabilities.Integrity!.CheckAsync(Cancel));
    }

    [Fact]
    public async Task RemoveExpired_Everything_LeavesNoList()
    {
        var webhook = await AddWebhookAsync();
        await FillAsync([webhook]);
        Clock.Advance(TimeSpan.FromHours(1));

        var terms = new RetentionTerms(Now, Now, DeadLetters: 0, Now, Batch: 1_000);
        await foreach (var _ in Store.Maintenance.RemoveExpiredAsync(terms, Cancel))
        {
        }

        await Store.DisposeAsync();
        await using var database = LiteDbStorage.OpenDatabase(new LiteDbStorageOptions { Path = Source.File, TimeProvider = Clock });
        foreach (var collection in new[] { Collections.Deliveries, Collections.Events, Collections.Changes, Collections.DeliveryLists, Collections.EventLists, Collections.Ids })
        {
            Assert.False(await database.ReadAsync(
                documents =>
                {
                    using var rows = documents.Within(collection, LiteDB.BsonValue.MinValue, LiteDB.BsonValue.MaxValue);
                    return rows.Step();
                },
                Cancel));
        }
    }

    [Fact]
    public async Task RemoveExpired_FirstThousandsOfAList_LeavesTheRestListed()
    {
        var webhook = await AddWebhookAsync();
        var all = await FillAsync([webhook], old: 6);

        var terms = new RetentionTerms(Now - TimeSpan.FromMinutes(1), Now - TimeSpan.FromMinutes(1), DeadLetters: 0, Now, Batch: 1_000);
        await foreach (var _ in Store.Maintenance.RemoveExpiredAsync(terms, Cancel))
        {
        }

        await CheckAsync([webhook], all[(6 * Each)..]);
    }

    /// <summary>Publishes to webhooks in turn, leased; all succeed.</summary>
    /// <param name="webhooks">Where to.</param>
    /// <param name="old">How many batches are an hour older than the rest.</param>
    private async Task<List<DeliveryRecord>> FillAsync(WebhookRecord[] webhooks, int old = 0)
    {
        var all = new List<DeliveryRecord>();
        for (var batch = 0; batch < Batches; batch++)
        {
            Clock.Advance(batch > 0 && batch == old ? TimeSpan.FromHours(1) : TimeSpan.Zero);
            var added = await AppendAsync([.. Enumerable.Range(0, Each).Select(i => To(NewEvent(), leased: true, webhooks[i % webhooks.Length]))]);
            var ended = await Task.WhenAll(added.Select(each => SucceedAsync(each.Deliveries[0])));
            all.AddRange(ended.Select(delivery => delivery!));
        }

        return all;
    }

    private async Task CheckAsync(WebhookRecord[] webhooks, List<DeliveryRecord> all)
    {
        for (var i = all.Count - 1; i >= 0; i -= 97)
        {
            Assert.Equal(all[i], await Store.Deliveries.GetAsync(all[i].Id, Cancel));
            Assert.Equal(all[i].EventId, Assert.Single(await Store.Events.FindAsync(all[i].EventId, TenantRecord.DefaultId, Cancel)).Id);
            Assert.Equal(all[i].EventId, Assert.Single(await Store.Events.FindAsync(all[i].EventId, null, Cancel)).Id);
        }

        Assert.Null(await Store.Deliveries.GetAsync(all[0].Id + "x", Cancel));
        foreach (var webhook in webhooks)
        {
            var listed = await ReadAllAsync(before => Store.Deliveries.ListAsync(new DeliveryQuery { WebhookId = webhook.Id, Limit = 1_000, Before = before }, Cancel));
            Assert.Equal(all.Where(delivery => delivery.WebhookId == webhook.Id).Reverse(), listed);
        }

        var events = await ReadAllAsync(before => Store.Events.ListAsync(new EventQuery { TenantId = TenantRecord.DefaultId, Limit = 1_000, Before = before }, Cancel));
        Assert.Equal(all.Select(delivery => delivery.EventId).Reverse(), events.Select(each => each.Id));
        var fed = new List<DeliveryRecord>();
        while (await Store.Changes.ReadAfterAsync(fed.Count == 0 ? 0 : fed[^1].Revision, 700, Cancel) is { Count: > 0 } more)
        {
            fed.AddRange(more);
        }

        Assert.Equal(all.OrderBy(delivery => delivery.Revision), fed);
    }
}
