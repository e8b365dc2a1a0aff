using Npgsql;

namespace ControlPlane.Storage.Postgres.Tests;

/// <summary>What holds whichever node it is done on.</summary>
public sealed class ClusterSemanticsTests : MultiNodeTest
{
    [Fact]
    public async Task Append_SameIdsOnBothAtOnce_AreOneEventEach()
    {
        var webhook = await AddWebhookAsync();
        var version = await ReadConfigVersionAsync();

        async Task<AppendedEvent> PublishAsync(StorageEngine node, int number)
        {
            var named = NewEvent() with { Id = $"evt_{number}", IdempotencyKey = $"key-{number}" };
            var request = new AppendRequest(
                webhook.TenantId, version, [To(named, leased: false, webhook) with { Fingerprint = [1] }], "", TimeSpan.FromSeconds(60));
            return Assert.IsType<AppendResult.Appended>(await node.Events.AppendAsync(request, Cancel)).Events[0];
        }

        var published = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => PublishAsync(i % 2 == 0 ? One : Two, i / 2)));

        Assert.All(published.Chunk(2), pair => Assert.Single(pair, appended => !appended.Duplicate));
        Assert.Equal(100, (await ListAsync(new())).Count);
    }

    [Fact]
    public async Task Append_WebhookChangedOnTheOther_IsFoundOut()
    {
        var webhook = await AddWebhookAsync();
        var version = await ReadConfigVersionAsync();
        var write = await Two.Webhooks.UpdateAsync(webhook with { Version = 2, Url = "https://example.org/" }, Cancel);
        Assert.Equal(WebhookWriteOutcome.Done, write.Outcome);

        var request = new AppendRequest(webhook.TenantId, version, [To(NewEvent(), false, webhook)], "", TimeSpan.Zero);

        Assert.IsType<AppendResult.StaleConfig>(await One.Events.AppendAsync(request, Cancel));
        Assert.IsType<AppendResult.Appended>(await One.Events.AppendAsync(request with { ConfigVersion = write.ConfigVersion }, Cancel));
    }

    [Fact]
    public async Task Append_WhileAWebhookChanges_NoneIsStoredWithAnOldPicture()
    {
        var webhook = await AddWebhookAsync();
        var published = new List<(long Version, long Known)>();
        var version = await ReadConfigVersionAsync();
        using var stop = new CancellationTokenSource();
        var known = version;

        var publishing = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    var before = Volatile.Read(ref known);
                    var with = await One.Webhooks.GetConfigVersionAsync(webhook.TenantId, Cancel);
                    var request = new AppendRequest(webhook.TenantId, with!.Value, [To(NewEvent(), false, webhook)], "", TimeSpan.Zero);
                    if (await One.Events.AppendAsync(request, Cancel) is AppendResult.Appended)
                    {
                        published.Add((with.Value, before));
                    }
                }
            },
            Cancel);
        for (var i = 1; i <= 30; i++)
        {
            Volatile.Write(ref known, (await Two.Webhooks.UpdateAsync(webhook with { Version = i + 1 }, Cancel)).ConfigVersion);
        }

        await stop.CancelAsync();
        await publishing;
        Assert.All(published, each => Assert.True(each.Version >= each.Known));
    }

    [Fact]
    public async Task Feed_CommitHeldUp_NoneOvertakesIt()
    {
        var webhook = await AddWebhookAsync();
        var first = await PublishAsync(One, webhook, leased: false);
        await using var connection = new NpgsqlConnection(Source.Database);
        await connection.OpenAsync(Cancel);
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        // As a commit of another node that has its numbers and is not through yet.
        await using (var take = new NpgsqlCommand("UPDATE store SET revision = revision + 5", connection))
        {
            await take.ExecuteNonQueryAsync(Cancel);
        }

        var publishing = Task.WhenAll(PublishAsync(One, webhook, leased: false), PublishAsync(Two, webhook, leased: false));
        Assert.Equal([first], await Two.Changes.ReadAfterAsync(0, 10, Cancel));
        Assert.Equal(first.Revision, await Two.Changes.GetHeadAsync(Cancel));
        Assert.False(publishing.IsCompleted);
        await transaction.CommitAsync(Cancel);

        var revisions = (await publishing).Select(delivery => delivery.Revision).Order();
        Assert.Equal([first.Revision + 6, first.Revision + 7], revisions);
    }

    [Fact]
    public async Task Feed_BothWrite_AFollowerSeesAllInOrder()
    {
        var webhook = await AddWebhookAsync();
        var followed = new List<DeliveryRecord>();
        var writing = Task.WhenAll(new[] { One, Two, One, Two }.Select(node => Task.Run(
            async () =>
            {
                for (var i = 0; i < 100; i++)
                {
                    await SucceedAsync(node, await PublishAsync(node, webhook, leased: true, "node"));
                }
            },
            Cancel)));

        bool ended;
        do
        {
            ended = writing.IsCompleted;
            followed.AddRange(await Two.Changes.ReadAfterAsync(followed.Count == 0 ? 0 : followed[^1].Revision, 50, Cancel));
        }
        while (!ended || followed[^1].Revision < await Two.Changes.GetHeadAsync(Cancel));

        await writing;
        Assert.Equal(followed.Select(change => change.Revision).Order().Distinct(), followed.Select(change => change.Revision));
        Assert.Equal(400, followed.Where(change => change.Ended).Select(change => change.Id).Distinct().Count());
    }

    [Fact]
    public async Task Lines_BothNodes_OneIsLeasedAtATime()
    {
        var webhook = await AddWebhookAsync();
        async Task<DeliveryRecord> PublishInLineAsync(StorageEngine node)
        {
            var request = new AppendRequest(
                webhook.TenantId, await ReadConfigVersionAsync(), [To(NewEvent() with { OrderingKey = "key" }, leased: true, webhook)], "node", TimeSpan.FromSeconds(60));
            return Assert.IsType<AppendResult.Appended>(await node.Events.AppendAsync(request, Cancel)).Events[0].Deliveries[0];
        }

        var published = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => PublishInLineAsync(i % 2 == 0 ? One : Two)));

        var order = new List<string>();
        var next = Assert.Single(published, delivery => delivery.State == DeliveryState.InFlight);
        while (next is not null)
        {
            order.Add(next.Id);
            Assert.NotNull(await SucceedAsync(order.Count % 2 == 0 ? One : Two, next));
            var claimed = await Task.WhenAll(ClaimAsync(One, webhook, "one"), ClaimAsync(Two, webhook, "two"));
            next = claimed.SelectMany(claim => claim.Deliveries).SingleOrDefault();
        }

        Assert.Equal((await ListAsync(new())).Select(delivery => delivery.Id).Reverse(), order);
    }
}
