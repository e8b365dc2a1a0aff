using ControlPlane.Storage;

namespace ControlPlane.Server.OperationalEvents;

/// <summary>Something about a webhook that its tenant can subscribe to.</summary>
/// <param name="Webhook">The webhook it is about, which does not receive the event.</param>
internal abstract record OperationalEvent(WebhookRecord Webhook)
{
    /// <summary>What tells it from others of its kind where it could be seen to happen more than once, such as after a restart; empty
    /// where it cannot.</summary>
    public virtual string Key => "";

    /// <summary>The webhook has failed for so long that its owner should look at it.</summary>
    /// <param name="Webhook">The webhook.</param>
    /// <param name="Delivery">The delivery whose attempt was the last to fail, as it was before.</param>
    /// <param name="Attempt">That attempt.</param>
    /// <param name="FailingSince">Since when every attempt failed.</param>
    /// <param name="SuspendTime">From when on a failure suspends it.</param>
    /// <param name="Stage">1 after half the time, 2 a day before.</param>
    public sealed record Failing(
        WebhookRecord Webhook, DeliveryRecord Delivery, AttemptRecord Attempt, DateTimeOffset FailingSince, DateTimeOffset SuspendTime, int Stage)
        : OperationalEvent(Webhook)
    {
        public override string Key => KeyOf(Webhook, SuspendTime, Stage);
    }

    /// <summary>A webhook that was told to be failing succeeded.</summary>
    /// <param name="Webhook">The webhook.</param>
    /// <param name="FailingSince">Since when every attempt had failed.</param>
    public sealed record Recovered(WebhookRecord Webhook, DateTimeOffset FailingSince) : OperationalEvent(Webhook)
    {
        public override string Key => KeyOf(Webhook, FailingSince, 0);
    }

    /// <summary>The certificate of the webhook's receiver, or the client certificate of the webhook, ends soon.</summary>
    /// <param name="Webhook">The webhook.</param>
    /// <param name="ExpireTime">When it ends.</param>
    /// <param name="IsClients">Whether it is the client certificate.</param>
    /// <param name="Stage">Which warning: 1 within 14 days, 2 within 3.</param>
    public sealed record CertificateExpiring(WebhookRecord Webhook, DateTimeOffset ExpireTime, bool IsClients, int Stage) : OperationalEvent(Webhook)
    {
        public override string Key => KeyOf(Webhook, ExpireTime, Stage);
    }

    private static string KeyOf(WebhookRecord webhook, DateTimeOffset time, int stage) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{webhook.Id}/{time.ToUnixTimeMilliseconds()}/{stage}");

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
