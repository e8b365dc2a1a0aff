using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Memory;

/// <summary>The lines of ordering keys, found by looking through what has not ended.</summary>
internal static class OrderingLines
{
    /// <summary>Returns the delivery of a line that the others have to let go first; null if none is ready.</summary>
    public static DeliveryRecord? First(StoreState state, string webhookId, string orderingKey, DateTimeOffset now) => OrderingRules.First(
        state.UnfinishedOf(webhookId).Select(stored => stored.Delivery).Where(delivery => delivery.OrderingKey == orderingKey),
        HeadOfLineOf(state, webhookId),
        now);

    /// <summary>Returns the other delivery that a waiting one has to let go first; null if it need not wait for another one.</summary>
    public static DeliveryRecord? FindAhead(StoreState state, DeliveryRecord delivery, DateTimeOffset now) =>
        delivery is { OrderingKey.Length: > 0, NextAttemptTime: not null }
            && !OrderingRules.StepsAside(delivery, HeadOfLineOf(state, delivery.WebhookId), now)
            && First(state, delivery.WebhookId, delivery.OrderingKey, now) is { } first && first.Id != delivery.Id
                ? first
                : null;

    private static HeadOfLine HeadOfLineOf(StoreState state, string webhookId) =>
        state.Webhooks.Values.First(stored => stored.Webhook.Id == webhookId).Webhook.HeadOfLine;
}
