using System.Collections.Concurrent;
using System.Globalization;

namespace ControlPlane.Storage.Compliance;

/// <summary>
/// Many readers beside the writer: each finds everything that was acknowledged before it looked. <c>CONTROLPLANE_READERS_SECONDS</c> says
/// how long.
/// </summary>
public abstract class ReaderTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    private const int Readers = 8;
    private const int Writers = 4;
    private const int ReadsAtATime = 5;

    private static TimeSpan Duration => TimeSpan.FromSeconds(
        int.Parse(Environment.GetEnvironmentVariable("CONTROLPLANE_READERS_SECONDS") ?? "3", CultureInfo.InvariantCulture));

    [Fact]
    public async Task Read_BesideTheWriter_FindsWhatWasAcknowledged()
    {
        var webhook = await AddWebhookAsync();
        var acknowledged = new ConcurrentDictionary<int, DeliveryRecord>();
        var count = -1;
        var reads = 0L;
        using var stop = new CancellationTokenSource(Duration);

        async Task WriteAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                var ended = await SucceedAsync(await PublishAsync(webhook, leased: true));
                acknowledged[Interlocked.Increment(ref count)] = ended!;
            }
        }

        async Task ReadAsync(int reader)
        {
            var random = new Random(reader);
            while (!stop.IsCancellationRequested)
            {
                if (acknowledged.IsEmpty || !acknowledged.TryGetValue(random.Next(acknowledged.Count), out var known))
                {
                    await Task.Yield();
                    continue;
                }

                Assert.Equal(known, await Store.Deliveries.GetAsync(known.Id, Cancel));
                Assert.Single(await Store.Deliveries.ListAttemptsAsync(known.Id, Cancel));
                Assert.Single(await Store.Events.FindAsync(known.EventId, TenantRecord.DefaultId, Cancel));
                Assert.Equal(known.Revision, (await Store.Changes.ReadAfterAsync(known.Revision - 1, 1, Cancel))[0].Revision);
                var query = new DeliveryQuery { TenantId = TenantRecord.DefaultId, WebhookId = webhook.Id, Limit = 50 };
                var page = await Store.Deliveries.ListAsync(query, Cancel);
                Assert.NotEmpty(page.Items);
                Assert.Distinct(page.Items.Select(delivery => delivery.Id));
                Interlocked.Add(ref reads, ReadsAtATime);
            }
        }

        await Task.WhenAll(
            Enumerable.Range(0, Writers).Select(_ => Task.Run(WriteAsync, Cancel))
                .Concat(Enumerable.Range(0, Readers).Select(reader => Task.Run(() => ReadAsync(reader), Cancel))));

        TestContext.Current.TestOutputHelper?.WriteLine($"{reads:N0} reads beside {count + 1:N0} deliveries published and completed");
        Assert.NotEmpty(acknowledged);
        await ReopenAsync();
        foreach (var known in acknowledged.Values)
        {
            Assert.Equal(known, await Store.Deliveries.GetAsync(known.Id, Cancel));
        }
    }
}
