namespace ControlPlane.Storage.LiteDb;

/// <summary>Deleting a tenant with what it has.</summary>
internal static class TenantDeletion
{
    public static TenantDelete Delete(WriteSession session, string id, long? version, bool force, DateTimeOffset now)
    {
        if (TenantDocuments.Find(session.Stored, id) is not { } stored)
        {
            return TenantDelete.NotFound;
        }

        if (version is not null && version != stored.Tenant.Version)
        {
            return TenantDelete.VersionMismatch;
        }

        if (!force && WebhookDocuments.Any(session.Stored, stored.Seq))
        {
            return TenantDelete.NotEmpty;
        }

        WebhookDocuments.DeleteAll(session, stored.Seq, now);
        EventTypeDocuments.DeleteAll(session, stored.Seq);
        KeyDocuments.RevokeAll(session, stored.Seq, now);
        TenantDocuments.Save(session, stored with { ConfigVersion = stored.ConfigVersion + 1, DeleteTime = now });
        return TenantDelete.Done;
    }
}
