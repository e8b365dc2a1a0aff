namespace ControlPlane.Storage.Compliance;

/// <summary>Large appends of engines that store them a part at a time: others have their turns in between, and there is all of it in the end.</summary>
public abstract class SliceTests<TSource> : StorageTests<TSource>
    where TSource : FileSource, new()
{
    private const int Many = 4_000;
    private const int Tries = 20;

    private WebhookRecord _hook = null!;

    [Fact]
    public async Task Append_Large_OthersHaveTheirTurns()
    {
        await AddTenantAsync("ten_other");
        var other = await AddWebhookAsync("ten_other");
        for (var i = 0; i < Tries; i++)
        {
            var large = await BeginLargeAsync();

            var small = await PublishAsync(other);

            if (small.Revision < (await large)[0].Deliveries[^1].Revision)
            {
                return;
            }
        }

        Assert.Fail("The other tenant always had to wait for all of it.");
    }

    [Fact]
    public async Task Backup_InTheMiddleOfALargeAppend_HasAllOfItInTheEnd()
    {
        for (var i = 0; i < Tries; i++)
        {
            var large = await BeginLargeAsync();
            var target = Path.Combine(Source.Folder, $"copy{i}.db");

            Assert.IsType<BackupResult.Done>(await Store.Capabilities.Backup!.BackupAsync(target, _ => Task.CompletedTask, Cancel));
            var inTheMiddle = !large.IsCompleted;

            var appended = Assert.Single(await large);
            await using var copy = await Source.OpenAsync(target, Clock);
            foreach (var query in new[] { new DeliveryQuery { EventId = appended.Event.Id, Limit = 1_000 }, new DeliveryQuery { WebhookId = _hook.Id, Limit = 1_000 } })
            {
                var held = await ReadAllAsync(p => copy.Deliveries.ListAsync(query with { Before = p }, Cancel));
                Assert.Equal(
                    appended.Deliveries.Select(each => each.Id).Order(),
                    held.Where(each => each.EventId == appended.Event.Id).Select(each => each.Id).Order());
            }

            Assert.Empty(await copy.Capabilities.Integrity!.CheckAsync(Cancel));
            if (inTheMiddle)
            {
                return;
            }
        }

        Assert.Fail("No backup came in the middle.");
    }

    [Fact]
    public async Task Webhook_DeletedInTheMiddle_NothingWaitsForIt()
    {
        var large = await BeginLargeAsync();

        await Store.Webhooks.DeleteAsync(_hook.Id, null, Now, Cancel);
        var appended = Assert.Single(await large);
        while (await Store.Deliveries.CancelOrphansAsync(Cancel) > 0)
        {
            // Some at a time.
        }

        Assert.Equal(Many, appended.Deliveries.Count);
        Assert.DoesNotContain(await ListAsync(new DeliveryQuery { EventId = appended.Event.Id, Limit = 1_000 }), each => each.State == DeliveryState.Pending);
    }

    protected override async Task PrepareAsync() => _hook = await AddWebhookAsync();

    /// <summary>Begins an append; returns when a part of it is stored.</summary>
    private async Task<Task<IReadOnlyList<AppendedEvent>>> BeginLargeAsync()
    {
        var head = await ReadHeadAsync();
        var large = AppendAsync(To(NewEvent(), leased: false, [.. Enumerable.Repeat(_hook, Many)]));
        while (await ReadHeadAsync() == head)
        {
            await Task.Yield();
        }

        return large;
    }
}
