using ControlPlane.Storage.Memory;

namespace ControlPlane.Storage.Compliance;

/// <summary>Copying a store that has everything in it to another engine and back.</summary>
public abstract class CopyTests<TSource> : FullStore<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Copy_ToMemoryAndBack_IsEqual()
    {
        await FillAsync();
        var feed = await Store.Changes.ReadAfterAsync(0, 1_000, Cancel);
        var (head, floor) = (await ReadHeadAsync(), await Store.Changes.GetFloorAsync(Cancel));
        var before = await Store.Changes.FindBeforeAsync(Now - TimeSpan.FromSeconds(3), Cancel);
        await Store.DisposeAsync();
        await using var target = new TSource();

        await CopyThroughMemoryAsync(target);

        await using var used = await UseAsync(target);
        Assert.Equal((head, floor), (await ReadHeadAsync(), await Store.Changes.GetFloorAsync(Cancel)));
        Assert.Equivalent(feed, await Store.Changes.ReadAfterAsync(0, 1_000, Cancel), strict: true);
        Assert.Equal(before, await Store.Changes.FindBeforeAsync(Now - TimeSpan.FromSeconds(3), Cancel));
    }

    [Fact]
    public async Task Copy_IsGoneOnWith_AsTheSourceWouldBe()
    {
        await FillAsync();
        var backlog = await Store.Queue.CountBacklogAsync(TenantRecord.DefaultId, Cancel);
        var head = await ReadHeadAsync();
        await Store.DisposeAsync();
        await using var target = new TSource();
        await CopyThroughMemoryAsync(target);
        await using var used = await UseAsync(target);

        Assert.Equal(backlog, await Store.Queue.CountBacklogAsync(TenantRecord.DefaultId, Cancel));
        Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.NotEqual(0, await RecoverAsync("node-2"));
        // Four were made, the last of which was deleted.
        Assert.Equal(5, (await AddWebhookAsync()).Number);
        Assert.IsType<AppendResult.Conflict>(await TryAppendAsync(To(NewEvent() with { Id = "theirs-1" }, false, Webhook) with { Fingerprint = [0] }));
        Assert.True((await AppendAsync(To(NewEvent(instance: "i-1") with { Id = "theirs-1", IdempotencyKey = "key-1" }, false, Webhook) with { Fingerprint = Print }))[0].Duplicate);
        var added = await PublishAsync(Webhook);
        Assert.True(added.Revision > head);
        Assert.Equal(3, (await Store.Redrives.RedriveBatchAsync(Running.Id, 10, Cancel))!.Retried.Count);
        Assert.Equal(Replaying.Matched - 2, (await FinishAsync(Replaying)).Count);
        Clock.Advance(TimeSpan.FromHours(3));
        var claimed = (await ClaimAsync(Webhook)).Deliveries.Select(delivery => delivery.Id).ToList();
        Assert.Contains(added.Id, claimed);
        // Of a line the first one only, whose retry is due by now.
        Assert.Equal([Line[0].Id], claimed.Intersect(Line.Select(delivery => delivery.Id)));
        await SucceedAsync(await GetAsync(Line[0]));
        Assert.Equal(Line[1].Id, Assert.Single((await ClaimAsync(Webhook)).Deliveries).Id);
        // The node leaves before its store is removed.
        await ReopenAsync();
    }

    [Fact]
    public async Task Copy_CutBetweenAnySteps_GoesOn()
    {
        await FillAsync();
        await Store.DisposeAsync();
        var memory = new MemoryStorage(Clock);
        await CopyAsync(Source.OpenSourceAsync, _ => Task.FromResult(memory.OpenTarget()));
        await using var target = new TSource();

        var cuts = 0;
        for (var step = 0; ; step++)
        {
            await using var source = memory.OpenTarget();
            await using var cut = new CutTarget(await target.OpenTargetAsync(Clock), step);
            try
            {
                var result = await new StoreCopy(source, cut, _ => { }).RunAsync(Cancel);
                // Cut off after its last step it is finished already.
                Assert.True(result is CopyResult.Done || (result is CopyResult.Refused { Reason: var reason } && reason.Contains("finished copy")), result.ToString());
                break;
            }
            catch (OperationCanceledException)
            {
                cuts++;
            }
        }

        Assert.InRange(cuts, 3, 20);
        await using var used = await UseAsync(target);
    }

    [Fact]
    public async Task Copy_Unfinished_IsNotOpened()
    {
        await FillAsync();
        await Store.DisposeAsync();
        await using var target = new TSource();
        await using (var source = await Source.OpenSourceAsync(Clock))
        {
            await using var cut = new CutTarget(await target.OpenTargetAsync(Clock), 2);
            await Assert.ThrowsAsync<OperationCanceledException>(() => new StoreCopy(source, cut, _ => { }).RunAsync(Cancel));
        }

        foreach (var open in new Func<Task>[] { () => target.OpenAsync(Clock), () => target.OpenSourceAsync(Clock) })
        {
            var refused = await Assert.ThrowsAsync<StorageOpenException>(open);
            Assert.Contains("unfinished copy", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refused.Message);
        }

        await ReopenAsync();
    }

    [Fact]
    public async Task Copy_IntoWhatItMustNot_IsRefused()
    {
        await FillAsync();
        await Store.DisposeAsync();
        await using var target = new TSource();
        await CopyAsync(Source.OpenSourceAsync, target.OpenTargetAsync);

        var again = await RunAsync(Source.OpenSourceAsync, target.OpenTargetAsync);
        Assert.Contains("finished copy of the source already", Assert.IsType<CopyResult.Refused>(again).Reason, StringComparison.Ordinal);
        var other = await RunAsync(clock => Task.FromResult<ICopySource>(new MemoryStorage(clock).OpenTarget()), target.OpenTargetAsync);
        Assert.Contains("not empty", Assert.IsType<CopyResult.Refused>(other).Reason, StringComparison.Ordinal);
        await using var half = new TSource();
        await using (var source = await Source.OpenSourceAsync(Clock))
        {
            await using var cut = new CutTarget(await half.OpenTargetAsync(Clock), 2);
            await Assert.ThrowsAsync<OperationCanceledException>(() => new StoreCopy(source, cut, _ => { }).RunAsync(Cancel));
        }

        other = await RunAsync(clock => Task.FromResult<ICopySource>(new MemoryStorage(clock).OpenTarget()), half.OpenTargetAsync);
        Assert.Contains("of another store", Assert.IsType<CopyResult.Refused>(other).Reason, StringComparison.Ordinal);
        await ReopenAsync();
        await PublishAsync(Webhook);
        await Store.DisposeAsync();
        other = await RunAsync(Source.OpenSourceAsync, half.OpenTargetAsync);
        Assert.Contains("has changed", Assert.IsType<CopyResult.Refused>(other).Reason, StringComparison.Ordinal);
        await ReopenAsync();
    }

    private Task CopyThroughMemoryAsync(TSource target) => CopyThroughMemoryAsync(new MemoryStorage(Clock), target);

    private async Task CopyThroughMemoryAsync(MemoryStorage memory, TSource target)
    {
        await CopyAsync(Source.OpenSourceAsync, _ => Task.FromResult(memory.OpenTarget()));
        await CopyAsync(_ => Task.FromResult<ICopySource>(memory.OpenTarget()), target.OpenTargetAsync);
        await using var source = await Source.OpenSourceAsync(Clock);
        await using var copy = await target.OpenTargetAsync(Clock);
        var compared = await new StoreCopy(source, copy, _ => { }).CompareAsync(Cancel);
        var counts = Assert.IsType<CopyResult.Done>(compared).Counts;
        Assert.All(counts.Named(), named => Assert.NotEqual(0, named.Count));
    }

    private async Task CopyAsync(Func<TimeProvider, Task<ICopySource>> from, Func<TimeProvider, Task<ICopyTarget>> to)
    {
        var result = await RunAsync(from, to);
        Assert.True(result is CopyResult.Done, result.ToString());
    }

    private async Task<CopyResult> RunAsync(Func<TimeProvider, Task<ICopySource>> from, Func<TimeProvider, Task<ICopyTarget>> to)
    {
        await using var source = await from(Clock);
        await using var target = await to(Clock);
        return await new StoreCopy(source, target, _ => { }).RunAsync(Cancel);
    }

    /// <summary>A target that is cut off after some steps, before or after the last of them is stored.</summary>
    private sealed class CutTarget(ICopyTarget target, int steps) : ICopyTarget
    {
        private int _left = 1 + (steps / 2);

        public Task<StoreSummary> DescribeAsync(CancellationToken cancellationToken) => target.DescribeAsync(cancellationToken);

        public Task<Page<StoreEntry>> ReadAsync(EntryKind kind, long after, CancellationToken cancellationToken) =>
            target.ReadAsync(kind, after, cancellationToken);

        public Task<string?> GetMarkAsync(CancellationToken cancellationToken) => target.GetMarkAsync(cancellationToken);

        public Task BeginAsync(StoreSummary source, string mark, CancellationToken cancellationToken) =>
            StepAsync(() => target.BeginAsync(source, mark, cancellationToken));

        public Task WriteAsync(IReadOnlyList<StoreEntry> entries, string mark, CancellationToken cancellationToken) =>
            StepAsync(() => target.WriteAsync(entries, mark, cancellationToken));

        /// <summary>Nothing is left to go on with after it.</summary>
        public Task FinishAsync(CancellationToken cancellationToken) => steps % 2 == 1
            ? target.FinishAsync(cancellationToken)
            : StepAsync(() => target.FinishAsync(cancellationToken));

        public ValueTask DisposeAsync() => target.DisposeAsync();

        private async Task StepAsync(Func<Task> step)
        {
            if (--_left > 0 || steps % 2 == 1)
            {
                await step();
            }

            if (_left == 0)
            {
                throw new OperationCanceledException();
            }
        }
    }
}
