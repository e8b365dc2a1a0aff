namespace ControlPlane.Storage.Sqlite;

/// <summary>Recording an attempt together with what follows from it beyond the delivery.</summary>
internal static class Aftermaths
{
    public static AftermathResult Complete(WriteSession session, Completion completion, Aftermath aftermath)
    {
        var tenantId = completion.Delivery.TenantId;
        if (TenantRows.FindConfig(session.Connection, tenantId)?.ConfigVersion != aftermath.ConfigVersion)
        {
            return new AftermathResult.StaleConfig();
        }

        if (Completions.Complete(session, completion) is not { } completed)
        {
            return new AftermathResult.Stale();
        }

        // Of the same configuration version, so this is the stored webhook but for its state.
        var suspension = aftermath.Suspended is { } webhook ? Suspend(session, webhook) : null;
        var version = suspension?.ConfigVersion ?? aftermath.ConfigVersion;
        return new AftermathResult.Recorded(
            completed, suspension, Notices.Append(session, tenantId, version, aftermath.Notices));
    }

    private static WebhookWrite Suspend(WriteSession session, WebhookRecord webhook)
    {
        var write = WebhookWrites.Update(session, webhook);
        return write.Outcome == WebhookWriteOutcome.Done
            ? write
            : throw new ArgumentException($"The webhook {webhook.Id} cannot be suspended: {write.Outcome}.", nameof(webhook));
    }
}
