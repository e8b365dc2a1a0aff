using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Changing webhooks, each time together with their tenant's configuration version.</summary>
internal static class WebhookWrites
{
    public static WebhookWrite Create(WriteSession session, WebhookRecord webhook)
    {
        if (TenantKeys.FindConfig(session.Connection, webhook.TenantId) is not { } tenant)
        {
            return new WebhookWrite(WebhookWriteOutcome.TenantNotFound, null, 0);
        }

        var created = webhook.RequestId.Length > 0 ? WebhookRows.FindRequest(session.Connection, tenant.Seq, webhook.RequestId) : null;
        var outcome = WebhookTransitions.CheckCreate(
            created is not null,
            webhook.ExternalId.Length > 0 && WebhookRows.FindExternal(session.Connection, tenant.Seq, webhook.ExternalId) is not null,
            WebhookRows.Count(session.Connection, tenant.Seq),
            TenantPolicies.Get(session.Connection, tenant.Seq));
        if (outcome != WebhookWriteOutcome.Done)
        {
            return new WebhookWrite(
                outcome, outcome == WebhookWriteOutcome.RequestIdUsed ? created!.Value.Webhook : null, tenant.ConfigVersion);
        }

        webhook = webhook with { Number = TenantKeys.NextWebhookNumber(session, tenant.Seq) };
        WebhookRows.Insert(session, tenant.Seq, webhook);
        return Done(session, tenant.Seq, webhook);
    }

    public static WebhookWrite Update(WriteSession session, WebhookRecord webhook) => Update(session, webhook, null);

    public static WebhookWrite Update(WriteSession session, WebhookRecord webhook, long configVersion, IReadOnlyList<NewEvent> events)
    {
        var write = Update(session, webhook, configVersion);
        return write.Outcome == WebhookWriteOutcome.Done
            ? write with { OperationalEvents = OperationalEvents.Append(session, write.Webhook!.TenantId, write.ConfigVersion, events) }
            : write;
    }

    private static WebhookWrite Update(WriteSession session, WebhookRecord webhook, long? configVersion)
    {
        if (WebhookRows.Find(session.Connection, webhook.Id) is not { } stored)
        {
            return new WebhookWrite(WebhookWriteOutcome.NotFound, null, 0);
        }

        var taken = webhook.ExternalId.Length > 0
            && WebhookRows.FindExternal(session.Connection, stored.TenantSeq, webhook.ExternalId) is { } other
            && other.Seq != stored.Seq;
        var outcome = WebhookTransitions.CheckUpdate(stored.Webhook, webhook, taken, ReadVersion(session, stored.Webhook), configVersion);
        if (outcome != WebhookWriteOutcome.Done)
        {
            return Refused(session, outcome, stored);
        }

        var replaced = WebhookTransitions.Replace(stored.Webhook, webhook);
        WebhookRows.Update(session, stored.Seq, replaced);
        if (replaced.HeadOfLine == HeadOfLine.Park && stored.Webhook.HeadOfLine != HeadOfLine.Park)
        {
            OrderingLines.AdvanceAll(session, stored.Seq);
        }

        return Done(session, stored.TenantSeq, replaced);
    }

    public static WebhookWrite Delete(WriteSession session, string id, long? version, DateTimeOffset now)
    {
        if (WebhookRows.Find(session.Connection, id) is not { } stored)
        {
            return new WebhookWrite(WebhookWriteOutcome.NotFound, null, 0);
        }

        if (WebhookTransitions.CheckDelete(stored.Webhook, version) is var outcome and not WebhookWriteOutcome.Done)
        {
            return Refused(session, outcome, stored);
        }

        WebhookRows.Delete(session, stored.Seq, now);
        return Done(session, stored.TenantSeq, stored.Webhook);
    }

    private static WebhookWrite Done(WriteSession session, long tenant, WebhookRecord webhook)
    {
        TenantKeys.Bump(session, tenant);
        return new WebhookWrite(WebhookWriteOutcome.Done, webhook, ReadVersion(session, webhook));
    }

    private static WebhookWrite Refused(WriteSession session, WebhookWriteOutcome outcome, StoredWebhook stored) =>
        new(outcome, stored.Webhook, ReadVersion(session, stored.Webhook));

    private static long ReadVersion(WriteSession session, WebhookRecord webhook) =>
        TenantKeys.FindConfig(session.Connection, webhook.TenantId)?.ConfigVersion ?? 0;
}
