using System.Threading.Channels;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.Watching;
using ControlPlane.Storage;
using ControlPlane.Testing;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Tests.Watching;

public sealed class WatchStreamTests : IDisposable
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);
    private readonly TestClock _clock = new();
    private readonly FakeFeed _feed = new();
    private readonly FakeLifetime _lifetime = new();
    private readonly CancellationTokenSource _client = new();
    private readonly Channel<WatchMessage> _told = Channel.CreateUnbounded<WatchMessage>();
    private readonly WatchHub _hub;
    private readonly WatchStream _stream;
    private Func<WatchMessage, Task> _beforeWrite = _ => Task.CompletedTask;

    public WatchStreamTests()
    {
        var options = Options.Create(new WatchingOptions { Ring = 16 });
        _hub = new WatchHub(_feed, _feed, options, _clock, NullLogger<FeedReader>.Instance);
        _stream = new WatchStream(_hub, _feed, _lifetime, _clock, TestMetrics.Create(), options);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _client.Cancel();
        _client.Dispose();
        _hub.Dispose();
        _lifetime.Dispose();
    }

    [Fact]
    public async Task Run_Idle_TellsReadyFirst()
    {
        _feed.Commit("dlv_1");
        _ = Run(after: 1);
        Assert.Equal(new WatchMessage(WatchSignal.Ready, null, 1), await NextAsync());
        Assert.False(_told.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Run_Changes_ComeInOrderWithTheirRevisions()
    {
        _ = Run(after: 0);
        await NextAsync();
        _feed.Commit("dlv_1", "dlv_2");
        Assert.Equal([("dlv_1", 1), ("dlv_2", 2)], await ChangesAsync(2));
        _feed.Commit("dlv_1");
        Assert.Equal([("dlv_1", 3)], await ChangesAsync(1));
        Assert.Equal(2, _feed.StoreReads);
    }

    [Fact]
    public async Task Run_SignalLost_CostsAPollInterval()
    {
        (_feed.Signalling, _feed.PollInterval) = (false, TimeSpan.FromSeconds(1));
        _ = Run(after: 0);
        await NextAsync();
        _feed.Commit("dlv_1");
        Assert.Equal("dlv_1", (await AdvanceUntilChangeAsync()).Delivery!.Id);
    }

    [Fact]
    public async Task Run_StoreCannotBeRead_IsReadAgain()
    {
        var failures = 3;
        _feed.BeforeRead = () =>
        {
            if (failures-- > 0)
            {
                throw new StorageUnavailableException();
            }
        };
        _ = Run(after: 0);
        await NextAsync();
        _feed.Commit("dlv_1");
        Assert.Equal("dlv_1", (await AdvanceUntilChangeAsync()).Delivery!.Id);
    }

    [Fact]
    public async Task Run_ChangesFromBefore_AreReadFromTheStore()
    {
        _feed.Commit("dlv_1", "dlv_2", "dlv_1");
        _ = Run(after: 0);
        Assert.Equal(WatchSignal.Ready, (await NextAsync()).Signal);
        Assert.Equal([("dlv_2", 2), ("dlv_1", 3)], await ChangesAsync(2));
        _feed.Commit("dlv_3");
        Assert.Equal([("dlv_3", 4)], await ChangesAsync(1));
    }

    [Fact]
    public async Task Run_ChangeCommittedDuringTheSwitchToTheRing_ComesExactlyOnce()
    {
        _feed.Commit("dlv_1");
        _feed.BeforeRead = () =>
        {
            if (_feed.Head == 1)
            {
                _feed.Commit("dlv_2");
            }
        };
        _ = Run(after: 0);
        await NextAsync();
        Assert.Equal([("dlv_1", 1), ("dlv_2", 2)], await ChangesAsync(2));
        _feed.Commit("dlv_3");
        Assert.Equal([("dlv_3", 3)], await ChangesAsync(1));
    }

    [Fact]
    public async Task Run_FellOffTheRing_GoesOnFromTheStoreWithoutAGap()
    {
        var (writing, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        _beforeWrite = message =>
        {
            if (message.Revision != 1)
            {
                return Task.CompletedTask;
            }

            writing.SetResult();
            return release.Task;
        };
        _ = Run(after: 0);
        await NextAsync();
        _feed.Commit("dlv_1");
        await writing.Task.WaitAsync(Cancel);
        for (var i = 2; i <= 100; i++)
        {
            _feed.Commit($"dlv_{i}");
        }

        WatchRead ahead;
        while ((ahead = await _hub.ReadAsync(99, 10, null, Cancel)).Changes.Count == 0)
        {
            await ahead.Changed.WaitAsync(Cancel);
        }

        var reads = _feed.StoreReads;
        release.SetResult();
        Assert.Equal(Enumerable.Range(1, 100).Select(r => ($"dlv_{r}", (long)r)), await ChangesAsync(100));
        Assert.True(_feed.StoreReads > reads);
    }

    [Fact]
    public async Task Run_Filter_HidesOthersAndMovesOn()
    {
        _ = Run(after: 0, delivery => delivery.Id == "dlv_2");
        await NextAsync();
        _feed.Commit("dlv_1", "dlv_2", "dlv_3");
        Assert.Equal([("dlv_2", 2)], await ChangesAsync(1));
    }

    [Fact]
    public async Task Run_Silence_IsBrokenByAHeartbeat()
    {
        _ = Run(after: 0);
        await NextAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(new WatchMessage(WatchSignal.Heartbeat, null, 0), await AdvanceUntilToldAsync());
        }
    }

    [Fact]
    public async Task Run_OnlyHiddenChanges_HeartbeatTellsThePosition()
    {
        _ = Run(after: 0, _ => false);
        await NextAsync();
        _feed.Commit("dlv_1", "dlv_2");
        WatchMessage message;
        var steps = 0;
        do
        {
            _feed.Commit("dlv_3");
            message = await AdvanceUntilToldAsync();
        }
        // Time goes on here as fast as messages come, and what reads the changes has to get its turn meanwhile.
        while (message.Revision < 3 && ++steps < 1_000);
        Assert.Equal(WatchSignal.Heartbeat, message.Signal);
        Assert.True(message.Revision >= 3);
    }

    [Fact]
    public async Task Run_ServerStops_TellsClosingAndEnds()
    {
        var running = Run(after: 0);
        await NextAsync();
        _feed.Commit("dlv_1");
        await ChangesAsync(1);
        _lifetime.StopApplication();
        Assert.Equal(new WatchMessage(WatchSignal.Closing, null, 1), await NextAsync());
        await running;
    }

    [Fact]
    public async Task Run_ClientGoes_EndsWithoutAWordAndLeavesNothing()
    {
        var running = Run(after: 0);
        await NextAsync();
        Assert.Equal(1, _feed.Subscribers);
        await _client.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.False(_told.Reader.TryRead(out _));
        Assert.Equal(0, _feed.Subscribers);
    }

    [Fact]
    public async Task Run_BelowTheFloor_IsOutOfRange()
    {
        _feed.Floor = 5;
        var refused = await Assert.ThrowsAsync<RequestException>(() => Run(after: 4));
        Assert.Equal((StatusCode.OutOfRange, "RESUME_TOKEN_EXPIRED"), (refused.Code, refused.Reason));
        Assert.False(_told.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Run_FloorPassesALaggingWatcher_IsOutOfRangeInsteadOfAGap()
    {
        _feed.Commit("dlv_1", "dlv_2", "dlv_3");
        _feed.BeforeRead = () => _feed.Floor = 2;
        var refused = await Assert.ThrowsAsync<RequestException>(() => Run(after: 0));
        Assert.Equal("RESUME_TOKEN_EXPIRED", refused.Reason);
    }

    [Fact]
    public async Task Run_ClientDoesNotRead_IsAborted()
    {
        var stuck = new TaskCompletionSource();
        var writing = new TaskCompletionSource();
        _beforeWrite = _ =>
        {
            writing.TrySetResult();
            return stuck.Task;
        };
        var running = Run(after: 0);
        await writing.Task;
        while (!running.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        var aborted = await Assert.ThrowsAsync<RequestException>(() => running);
        Assert.Equal((StatusCode.Aborted, "SLOW_CONSUMER"), (aborted.Code, aborted.Reason));
    }

    [Fact]
    public async Task Enter_LastOneLeaves_TheRingStartsAnew()
    {
        using (await _hub.EnterAsync(Cancel))
        {
            _feed.Commit("dlv_1");
        }

        _feed.Commit("dlv_2");
        using (await _hub.EnterAsync(Cancel))
        {
            var read = await _hub.ReadAsync(0, 10, null, Cancel);
            Assert.Equal((2, 2, true), (read.Changes.Count, read.Position, read.FromStore));
            Assert.False((await _hub.ReadAsync(read.Position, 10, null, Cancel)).FromStore);
        }
    }

    [Fact]
    public async Task Run_WebhookStates_ComeAfterReadyAndAsTheyChange()
    {
        await using var store = new TestStore().Open(_clock);
        var catalog = new WebhookCatalog(store.Webhooks);
        await store.Webhooks.CreateAsync(Records.Webhook() with { State = WebhookState.Disabled }, Cancel);
        using var states = new WebhookStates(catalog, store.Webhooks, null, null);
        _feed.Commit("dlv_1");
        _ = _stream.RunAsync(1, null, _ => true, Heartbeat, states, WriteAsync, _client.Token);

        Assert.Equal(WatchSignal.Ready, (await NextAsync()).Signal);
        var first = await NextAsync();
        Assert.Equal((WatchSignal.Webhook, 1, WebhookState.Disabled), (first.Signal, first.Revision, first.Webhook!.State));
        var write = await store.Webhooks.UpdateAsync(Records.Webhook() with { Version = 2 }, Cancel);
        catalog.Apply(write.Webhook!, write.ConfigVersion);
        Assert.Equal(WebhookState.Active, (await NextAsync()).Webhook!.State);
        _feed.Commit("dlv_2");
        Assert.Equal([("dlv_2", 2)], await ChangesAsync(1));
    }

    private Task Run(long after, Func<DeliveryRecord, bool>? matches = null) =>
        _stream.RunAsync(after, null, matches ?? (_ => true), Heartbeat, states: null, WriteAsync, _client.Token);

    private async Task WriteAsync(WatchMessage message)
    {
        await _beforeWrite(message);
        _told.Writer.TryWrite(message);
    }

    private ValueTask<WatchMessage> NextAsync() => _told.Reader.ReadAsync(Cancel);

    private async Task<IEnumerable<(string, long)>> ChangesAsync(int count)
    {
        var changes = new List<(string, long)>();
        while (changes.Count < count)
        {
            var message = await NextAsync();
            Assert.Equal(WatchSignal.Change, message.Signal);
            Assert.Equal(message.Delivery!.Revision, message.Revision);
            changes.Add((message.Delivery.Id, message.Revision));
        }

        return changes;
    }

    private async Task<WatchMessage> AdvanceUntilChangeAsync()
    {
        WatchMessage message;
        do
        {
            message = await AdvanceUntilToldAsync();
        }
        while (message.Signal == WatchSignal.Heartbeat);
        return message;
    }

    private async Task<WatchMessage> AdvanceUntilToldAsync()
    {
        while (true)
        {
            if (_told.Reader.TryRead(out var message))
            {
                return message;
            }

            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
            Cancel.ThrowIfCancellationRequested();
        }
    }
}
