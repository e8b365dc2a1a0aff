using System.Collections.Concurrent;

namespace ControlPlane.Storage.Compliance;

/// <summary>Everything at once, and then nothing may be missing.</summary>
public abstract class HammerTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    private const int Publishers = 8;
    private const int EventsEach = 60;

    [Fact]
    public async Task PublishClaimCompleteAtOnce_EveryDeliveryEndsAndIsFedInOrder()
    {
        WebhookRecord[] webhooks = [.. await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => AddWebhookAsync()))];
        var version = await ReadConfigVersionAsync();
        var published = new ConcurrentBag<string>();
        var fed = new List<DeliveryRecord>();
        using var stop = new CancellationTokenSource();
        var expected = Publishers * EventsEach * webhooks.Length;
        var ended = 0;
        var worked = 0;

        async Task PublishAllAsync(int publisher)
        {
            for (var i = 0; i < EventsEach; i++)
            {
                var added = To(NewEvent($"type.{publisher}"), leased: i % 3 == 0, webhooks);
                var result = await Store.Events.AppendAsync(
                    new AppendRequest(TenantRecord.DefaultId, version, [added], Owner, TimeSpan.FromSeconds(60)), Cancel);
                foreach (var delivery in Assert.IsType<AppendResult.Appended>(result).Events[0].Deliveries)
                {
                    published.Add(delivery.Id);
                    if (delivery.State == DeliveryState.InFlight)
                    {
                        await WorkAsync(delivery);
                    }
                }
            }
        }

        async Task ClaimAllAsync(int claimer)
        {
            for (var i = 0; Volatile.Read(ref ended) < expected; i++)
            {
                var claim = await ClaimAsync(webhooks[(claimer + i) % webhooks.Length], 1 + (i % 20), $"node-{claimer}");
                await Task.WhenAll(claim.Deliveries.Select(WorkAsync));
            }
        }

        async Task WorkAsync(DeliveryRecord delivery)
        {
            (DeliveryRecord? result, bool ends) = (Interlocked.Increment(ref worked) % 5) switch
            {
                0 => (await FailAsync(delivery, TimeSpan.Zero), false),
                1 => (await ReleaseAsync(delivery), false),
                2 => (await KillAsync(delivery), true),
                3 => ((await Store.Deliveries.CancelAsync(delivery.Id, Cancel)).Delivery, true),
                _ => (await SucceedAsync(delivery), true),
            };
            Assert.NotNull(result);
            Interlocked.Add(ref ended, ends ? 1 : 0);
        }

        async Task<DeliveryRecord> ReleaseAsync(DeliveryRecord delivery)
        {
            await Store.Queue.ReleaseAsync([new Lease(delivery.Id, delivery.Fence)], TimeSpan.Zero, Cancel);
            return delivery;
        }

        async Task FollowAsync()
        {
            bool ending;
            do
            {
                ending = stop.IsCancellationRequested;
                while (await Store.Changes.ReadAfterAsync(fed.Count == 0 ? 0 : fed[^1].Revision, 100, Cancel) is { Count: > 0 } changes)
                {
                    fed.AddRange(changes);
                }

                await Task.Yield();
            }
            while (!ending);
        }

        var following = Task.Run(FollowAsync, Cancel);
        await Task.WhenAll(
            Enumerable.Range(0, Publishers).Select(PublishAllAsync).Concat(Enumerable.Range(0, 4).Select(ClaimAllAsync)));
        await stop.CancelAsync();
        await following;

        var listed = await ListAsync(new DeliveryQuery { Limit = 500 });
        Assert.Equal(published.Order(StringComparer.Ordinal), listed.Select(d => d.Id).Order(StringComparer.Ordinal));
        Assert.All(listed, d => Assert.True(d.Ended));
        Assert.Equal(listed.Count, listed.Select(d => d.Revision).Distinct().Count());
        Assert.Equal(fed.Select(d => d.Revision).Order().Distinct(), fed.Select(d => d.Revision));
        Assert.Equal(await ReadHeadAsync(), fed[^1].Revision);
        Assert.Equal(
            fed.GroupBy(d => d.Id).Select(changes => changes.Last()).OrderBy(d => d.Revision),
            await Store.Changes.ReadAfterAsync(0, 10_000, Cancel));
        await CheckAfterwardsAsync();
    }

    /// <summary>What an engine can check of its own after all that.</summary>
    protected virtual Task CheckAfterwardsAsync() => Task.CompletedTask;
}
