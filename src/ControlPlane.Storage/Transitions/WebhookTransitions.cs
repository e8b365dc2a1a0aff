namespace ControlPlane.Storage.Transitions;

/// <summary>Writes of webhooks, decided from what the engine looked up.</summary>
public static class WebhookTransitions
{
    /// <summary>Returns why a new webhook is refused, or Done. A used request id is noticed before an external id that is taken, since
    /// the same request again has the same external id too, and that before the limit.</summary>
    /// <param name="requestIdUsed">Whether a webhook of the tenant was created with the same request id.</param>
    /// <param name="externalIdTaken">Whether a webhook of the tenant has the external id.</param>
    /// <param name="count">How many webhooks the tenant has.</param>
    /// <param name="policy">The tenant's policy.</param>
    public static WebhookWriteOutcome CheckCreate(bool requestIdUsed, bool externalIdTaken, long count, TenantPolicy policy) =>
        requestIdUsed ? WebhookWriteOutcome.RequestIdUsed
        : externalIdTaken ? WebhookWriteOutcome.ExternalIdTaken
        : policy.MaxWebhooks > 0 && count >= policy.MaxWebhooks ? WebhookWriteOutcome.LimitReached
        : WebhookWriteOutcome.Done;

    /// <summary>Returns why an update is refused, or Done. The configuration version is looked at last.</summary>
    /// <param name="stored">The webhook as it is stored.</param>
    /// <param name="webhook">As it shall become.</param>
    /// <param name="externalIdTaken">Whether another webhook of the tenant has the external id.</param>
    /// <param name="configVersion">The tenant's configuration version.</param>
    /// <param name="expectedConfig">The version that it must be; null for any.</param>
    public static WebhookWriteOutcome CheckUpdate(
        WebhookRecord stored, WebhookRecord webhook, bool externalIdTaken, long configVersion, long? expectedConfig) =>
        stored.Version != webhook.Version - 1 ? WebhookWriteOutcome.VersionMismatch
        : externalIdTaken ? WebhookWriteOutcome.ExternalIdTaken
        : expectedConfig is { } expected && expected != configVersion ? WebhookWriteOutcome.StaleConfig
        : WebhookWriteOutcome.Done;

    /// <summary>Returns the webhook to store: tenant, number, create time and what is known of the request that created it stay as stored; so
    /// does the time since when it fails, unless the webhook is resumed.</summary>
    public static WebhookRecord Replace(WebhookRecord stored, WebhookRecord webhook)
    {
        var resumed = webhook.State == WebhookState.Active && stored.State != WebhookState.Active;
        return webhook with
        {
            TenantId = stored.TenantId,
            RequestId = stored.RequestId,
            RequestFingerprint = stored.RequestFingerprint,
            Number = stored.Number,
            CreateTime = stored.CreateTime,
            FailingSince = resumed ? null : stored.FailingSince,
        };
    }

    /// <summary>Returns why a deletion is refused, or Done.</summary>
    public static WebhookWriteOutcome CheckDelete(WebhookRecord stored, long? version) =>
        version is not null && version != stored.Version ? WebhookWriteOutcome.VersionMismatch : WebhookWriteOutcome.Done;
}
