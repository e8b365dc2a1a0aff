namespace ControlPlane.Storage.Compliance;

/// <summary>The words for events with ordering keys.</summary>
public abstract class OrderingTest<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    protected NewEvent Keyed(WebhookRecord webhook, string key, bool leased = true) =>
        To(NewEvent(tenant: webhook.TenantId) with { OrderingKey = key }, leased, webhook);

    /// <summary>Publishes events of one key in one batch; answers their deliveries.</summary>
    protected async Task<DeliveryRecord[]> PublishAsync(WebhookRecord webhook, string key, int count, bool leased = true) =>
        [.. (await AppendAsync([.. Enumerable.Range(0, count).Select(_ => Keyed(webhook, key, leased))])).Select(e => e.Deliveries[0])];

    protected async Task<string[]> ClaimIdsAsync(WebhookRecord webhook) =>
        [.. (await ClaimAsync(webhook)).Deliveries.Select(delivery => delivery.Id)];

    protected async Task<DeliveryRecord> ClaimOneAsync(WebhookRecord webhook) =>
        Assert.Single((await ClaimAsync(webhook)).Deliveries);

    protected async Task<WebhookRecord> AddWebhookAsync(HeadOfLine headOfLine)
    {
        var written = await Store.Webhooks.CreateAsync(NewWebhook() with { HeadOfLine = headOfLine }, Cancel);
        Assert.Equal(WebhookWriteOutcome.Done, written.Outcome);
        return written.Webhook!;
    }

    protected async Task<WebhookRecord> ChangeAsync(WebhookRecord webhook, HeadOfLine headOfLine) =>
        (await Store.Webhooks.UpdateAsync(webhook with { HeadOfLine = headOfLine, Version = webhook.Version + 1 }, Cancel)).Webhook!;

    protected Task<DeliveryRecord?> FindAheadAsync(DeliveryRecord delivery) =>
        Store.Deliveries.FindAheadAsync(delivery.Id, Cancel);
}
