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

        // The same request again has the same external id too, so its id is looked at first.
        if (webhook.RequestId.Length > 0
            && WebhookRows.FindRequest(session.Connection, tenant.Seq, webhook.RequestId) is { } created)
        {
            return new WebhookWrite(WebhookWriteOutcome.RequestIdUsed, created.Webhook, tenant.ConfigVersion);
        }

        if (webhook.ExternalId.Length > 0
            && WebhookRows.FindExternal(session.Connection, tenant.Seq, webhook.ExternalId) is not null)
        {
            return new WebhookWrite(WebhookWriteOutcome.ExternalIdTaken, null, tenant.ConfigVersion);
        }

        if (TenantPolicies.Get(session.Connection, tenant.Seq).MaxWebhooks is > 0 and var most
            && WebhookRows.Count(session.Connection, tenant.Seq) >= most)
        {
            return new WebhookWrite(WebhookWriteOutcome.LimitReached, null, tenant.ConfigVersion);
        }

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

        if (stored.Webhook.Version != webhook.Version - 1)
        {
            return Refused(session, WebhookWriteOutcome.VersionMismatch, stored);
        }

        if (webhook.ExternalId.Length > 0
            && WebhookRows.FindExternal(session.Connection, stored.TenantSeq, webhook.ExternalId) is { } other
            && other.Seq != stored.Seq)
        {
            return Refused(session, WebhookWriteOutcome.ExternalIdTaken, stored);
        }

        if (configVersion is { } expected && expected != ReadVersion(session, stored.Webhook))
        {
            return Refused(session, WebhookWriteOutcome.StaleConfig, stored);
        }

        var resumed = webhook.State == WebhookState.Active && stored.Webhook.State != WebhookState.Active;
        var replaced = webhook with
        {
            TenantId = stored.Webhook.TenantId,
            RequestId = stored.Webhook.RequestId,
            RequestFingerprint = stored.Webhook.RequestFingerprint,
            CreateTime = stored.Webhook.CreateTime,
            FailingSince = resumed ? null : stored.Webhook.FailingSince,
        };
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

        if (version is not null && version != stored.Webhook.Version)
        {
            return Refused(session, WebhookWriteOutcome.VersionMismatch, stored);
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
