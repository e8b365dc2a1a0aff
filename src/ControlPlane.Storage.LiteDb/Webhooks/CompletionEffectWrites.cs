namespace ControlPlane.Storage.LiteDb;

/// <summary>Recording an attempt together with what follows from it beyond the delivery.</summary>
internal static class CompletionEffectWrites
{
    public static CompletionEffectsResult Complete(WriteSession session, Completion completion, CompletionEffects effects)
    {
        var tenantId = completion.Delivery.TenantId;
        if (session.Refs.FindTenant(session.Stored, tenantId)?.ConfigVersion != effects.ConfigVersion)
        {
            return new CompletionEffectsResult.StaleConfig();
        }

        if (Completions.Complete(session, completion) is not { } completed)
        {
            return new CompletionEffectsResult.Stale();
        }

        // Of the same configuration version, so this is the stored webhook but for its state.
        var suspension = effects.Suspended is { } webhook ? Suspend(session, webhook) : null;
        if (effects.Audit is { } audit)
        {
            AuditDocuments.Log(session, suspension, _ => true, audit);
        }

        var version = suspension?.ConfigVersion ?? effects.ConfigVersion;
        return new CompletionEffectsResult.Recorded(
            completed, suspension, OperationalEvents.Append(session, tenantId, version, effects.OperationalEvents));
    }

    private static WebhookWrite Suspend(WriteSession session, WebhookRecord webhook)
    {
        var write = WebhookWrites.Update(session, webhook);
        return write.Outcome == WebhookWriteOutcome.Done
            ? write
            : throw new ArgumentException($"The webhook {webhook.Id} cannot be suspended: {write.Outcome}.", nameof(webhook));
    }
}
