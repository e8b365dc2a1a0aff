namespace ControlPlane.Storage.Compliance;

/// <summary>What tests of retention have in common.</summary>
public abstract class RetentionTest<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    protected static readonly TimeSpan PayloadAge = TimeSpan.FromDays(7);
    protected static readonly TimeSpan MetadataAge = TimeSpan.FromDays(30);
    protected static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    /// <summary>What has expired now.</summary>
    protected RetentionTerms Terms(int deadLetters = 1_000, int batch = 100) =>
        new(Now - PayloadAge, Now - MetadataAge, deadLetters, Now, batch);

    /// <summary>Removes all that has expired; answers how much.</summary>
    protected async Task<Removed> RemoveAsync(int deadLetters = 1_000, int batch = 100)
    {
        var all = default(Removed);
        await foreach (var step in Store.Maintenance.RemoveExpiredAsync(Terms(deadLetters, batch), Cancel))
        {
            Assert.InRange(step.Total, 0, 2 * batch);
            all += step;
        }

        return all;
    }

    /// <summary>Publishes an event and delivers it.</summary>
    protected async Task<DeliveryRecord> DeliverAsync(WebhookRecord webhook) =>
        (await SucceedAsync(await PublishAsync(webhook, leased: true)))!;

    /// <summary>Publishes an event that ends as a dead letter.</summary>
    protected async Task<DeliveryRecord> BuryAsync(WebhookRecord webhook) =>
        (await KillAsync(await PublishAsync(webhook, leased: true)))!;

    protected async Task<EventRecord?> FindEventAsync(DeliveryRecord delivery) =>
        (await Store.Events.FindAsync(delivery.EventId, delivery.TenantId, Cancel)).SingleOrDefault();

    /// <summary>Whether the delivery, its event and the event's payload are stored.</summary>
    protected async Task<(bool Delivery, bool Event, bool Payload)> LookAsync(DeliveryRecord delivery)
    {
        var stored = await FindEventAsync(delivery);
        return (await Store.Deliveries.GetAsync(delivery.Id, Cancel) is not null, stored is not null, stored?.Payload is not null);
    }
}
