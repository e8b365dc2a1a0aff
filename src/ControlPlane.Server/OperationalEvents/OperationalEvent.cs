using ControlPlane.Storage;

namespace ControlPlane.Server.OperationalEvents;

/// <summary>Something about a webhook that its tenant can subscribe to.</summary>
/// <param name="Webhook">The webhook it is about, which does not receive the event.</param>
internal abstract record OperationalEvent(WebhookRecord Webhook)
{
    /// <summary>The webhook is suspended.</summary>
    /// <param name="Webhook">The webhook as it becomes.</param>
    /// <param name="Delivery">The delivery whose attempt decided it, as it was before.</param>
    /// <param name="Attempt">That attempt.</param>
    /// <param name="FailingSince">Since when every attempt failed, where that is the reason.</param>
    public sealed record Suspended(WebhookRecord Webhook, DeliveryRecord Delivery, AttemptRecord Attempt, DateTimeOffset? FailingSince)
        : OperationalEvent(Webhook);

    /// <summary>The webhook was suspended and is active again.</summary>
    /// <param name="Webhook">The webhook as it was.</param>
    public sealed record Resumed(WebhookRecord Webhook) : OperationalEvent(Webhook);

    /// <summary>A delivery to the webhook is given up.</summary>
    /// <param name="Webhook">The webhook as the attempt was made with it.</param>
    /// <param name="Delivery">The delivery as it was before its last attempt.</param>
    /// <param name="Attempt">That attempt.</param>
    /// <param name="Reason">Why.</param>
    public sealed record Dead(WebhookRecord Webhook, DeliveryRecord Delivery, AttemptRecord Attempt, EndReason Reason) : OperationalEvent(Webhook);
}
