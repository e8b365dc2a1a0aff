using System.Collections.Concurrent;

namespace ControlPlane.Storage.Compliance;

/// <summary>Hints of commits.</summary>
public abstract class SignalTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    [Fact]
    public async Task Subscribe_DeliveriesChange_AreSignalledUntilDisposed()
    {
        var webhook = await AddWebhookAsync();
        using var signals = new SignalInbox(Store.Signals);
        var published = await PublishAsync(webhook, leased: true);
        await signals.NextAsync<StoreSignal.DeliveriesChanged>();
        await SucceedAsync(published);
        await signals.NextAsync<StoreSignal.DeliveriesChanged>();

        signals.Dispose();
        using var later = new SignalInbox(Store.Signals);
        await PublishAsync(webhook);
        await later.NextAsync<StoreSignal.DeliveriesChanged>();
        Assert.False(signals.TryNext(out _));
    }

    [Fact]
    public async Task Subscribe_Signalled_TheCommitCanBeRead()
    {
        var webhook = await AddWebhookAsync();
        var heads = new ConcurrentQueue<Task<long>>();
        using var signals = new SignalInbox(Store.Signals, _ => heads.Enqueue(ReadHeadAsync().AsTask()));
        for (var i = 0; i < 20; i++)
        {
            var published = await PublishAsync(webhook);
            // A shared store can signal an earlier commit a second time. The one of this commit comes once at least.
            Task<long>? head;
            do
            {
                await signals.NextAsync<StoreSignal.DeliveriesChanged>();
                Assert.True(heads.TryDequeue(out head));
            }
            while (await head < published.Revision);
        }
    }

    [Fact]
    public async Task Subscribe_ThenReadHead_MissesNothing()
    {
        var webhook = await AddWebhookAsync();
        var revision = 0L;
        var publishing = Task.Run(
            async () =>
            {
                for (var i = 0; i < 300; i++)
                {
                    Volatile.Write(ref revision, (await PublishAsync(webhook)).Revision);
                }
            },
            Cancel);

        while (!publishing.IsCompleted)
        {
            using var signals = new SignalInbox(Store.Signals);
            var head = await ReadHeadAsync();
            if (Volatile.Read(ref revision) > head)
            {
                await signals.NextAsync<StoreSignal.DeliveriesChanged>();
            }
        }

        await publishing;
    }
}
