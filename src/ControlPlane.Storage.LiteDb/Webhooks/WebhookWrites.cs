using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Changing webhooks, each time together with their tenant's configuration version.</summary>
internal static class WebhookWrites
{
    public static WebhookWrite Create(WriteSession session, WebhookRecord webhook)
    {
        if (TenantRef.FindLive(session.Stored, webhook.TenantId) is not { } tenant)
        {
            return new WebhookWrite(WebhookWriteOutcome.TenantNotFound, null, 0);
        }

        var created = webhook.RequestId.Length > 0 ? WebhookDocuments.FindRequest(session.Stored, tenant.Seq, webhook.RequestId) : null;
        var policy = TenantDocuments.Find(session.Stored, webhook.TenantId)!.Tenant.Policy;
        var outcome = WebhookTransitions.CheckCreate(
            created is not null,
            webhook.ExternalId.Length > 0 && WebhookDocuments.FindExternal(session.Stored, tenant.Seq, webhook.ExternalId) is not null,
            policy.MaxWebhooks > 0 ? WebhookDocuments.Count(session.Stored, tenant.Seq) : 0,
            policy);
        if (outcome != WebhookWriteOutcome.Done)
        {
            return new WebhookWrite(outcome, outcome == WebhookWriteOutcome.RequestIdUsed ? created!.Webhook : null, tenant.ConfigVersion);
        }

        webhook = webhook with { Number = TenantDocuments.NextWebhookNumber(session, webhook.TenantId) };
        WebhookDocuments.Insert(session, tenant.Seq, webhook);
        return Done(session, webhook);
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
        if (WebhookDocuments.Find(session.Stored, webhook.Id) is not { } stored)
        {
            return new WebhookWrite(WebhookWriteOutcome.NotFound, null, 0);
        }

        var taken = webhook.ExternalId.Length > 0
            && WebhookDocuments.FindExternal(session.Stored, stored.Tenant, webhook.ExternalId) is { } other
            && other.Seq != stored.Seq;
        var outcome = WebhookTransitions.CheckUpdate(stored.Webhook, webhook, taken, ReadVersion(session, stored.Webhook), configVersion);
        if (outcome != WebhookWriteOutcome.Done)
        {
            return Refused(session, outcome, stored);
        }

        var replaced = WebhookTransitions.Replace(stored.Webhook, webhook);
        WebhookDocuments.Save(session, stored with { Webhook = replaced });
        session.Refs.Clear();
        if (replaced.HeadOfLine == HeadOfLine.Park && stored.Webhook.HeadOfLine != HeadOfLine.Park)
        {
            OrderingLines.AdvanceAll(session, stored.Seq);
        }

        return Done(session, replaced);
    }

    public static WebhookWrite Delete(WriteSession session, string id, long? version, DateTimeOffset now)
    {
        if (WebhookDocuments.Find(session.Stored, id) is not { } stored)
        {
            return new WebhookWrite(WebhookWriteOutcome.NotFound, null, 0);
        }

        if (WebhookTransitions.CheckDelete(stored.Webhook, version) is var outcome and not WebhookWriteOutcome.Done)
        {
            return Refused(session, outcome, stored);
        }

        WebhookDocuments.Save(session, stored with { DeleteTime = now });
        return Done(session, stored.Webhook);
    }

    private static WebhookWrite Done(WriteSession session, WebhookRecord webhook)
    {
        TenantDocuments.Bump(session, webhook.TenantId);
        return new WebhookWrite(WebhookWriteOutcome.Done, webhook, ReadVersion(session, webhook));
    }

    private static WebhookWrite Refused(WriteSession session, WebhookWriteOutcome outcome, StoredWebhook stored) =>
        new(outcome, stored.Webhook, ReadVersion(session, stored.Webhook));

    private static long ReadVersion(WriteSession session, WebhookRecord webhook) =>
        TenantRef.FindLive(session.Stored, webhook.TenantId)?.ConfigVersion ?? 0;
}
