namespace ControlPlane.Storage.Sqlite;

/// <summary>Changing tenants' event types, together with the configuration version where publishes have to notice.</summary>
internal static class EventTypeWrites
{
    public static EventTypeWrite Create(WriteSession session, EventTypeRecord type, int maximum)
    {
        if (TenantKeys.FindConfig(session.Connection, type.TenantId) is not { } tenant)
        {
            return new EventTypeWrite(EventTypeWriteOutcome.TenantNotFound, null);
        }

        if (EventTypeRows.Find(session.Connection, tenant.Seq, type.Name) is not null)
        {
            return new EventTypeWrite(EventTypeWriteOutcome.Exists, null);
        }

        if (EventTypeRows.Count(session.Connection, tenant.Seq) >= maximum)
        {
            return new EventTypeWrite(EventTypeWriteOutcome.LimitReached, null);
        }

        EventTypeRows.Insert(session, tenant.Seq, type);
        TenantKeys.Bump(session, tenant.Seq);
        return new EventTypeWrite(EventTypeWriteOutcome.Done, type);
    }

    public static EventTypeWrite Update(WriteSession session, EventTypeRecord type)
    {
        if (TenantKeys.FindConfig(session.Connection, type.TenantId) is not { } tenant)
        {
            return new EventTypeWrite(EventTypeWriteOutcome.TenantNotFound, null);
        }

        if (EventTypeRows.Find(session.Connection, tenant.Seq, type.Name) is not { } stored)
        {
            return new EventTypeWrite(EventTypeWriteOutcome.NotFound, null);
        }

        if (stored.EventType.Version != type.Version - 1)
        {
            return new EventTypeWrite(EventTypeWriteOutcome.VersionMismatch, null);
        }

        EventTypeRows.Update(session, stored.Seq, type);
        return new EventTypeWrite(EventTypeWriteOutcome.Done, type with { CreateTime = stored.EventType.CreateTime });
    }

    public static EventTypeWrite Delete(WriteSession session, string tenantId, string name, long? version)
    {
        if (TenantKeys.FindConfig(session.Connection, tenantId) is not { } tenant)
        {
            return new EventTypeWrite(EventTypeWriteOutcome.TenantNotFound, null);
        }

        if (EventTypeRows.Find(session.Connection, tenant.Seq, name) is not { } stored)
        {
            return new EventTypeWrite(EventTypeWriteOutcome.NotFound, null);
        }

        if (version is not null && version != stored.EventType.Version)
        {
            return new EventTypeWrite(EventTypeWriteOutcome.VersionMismatch, null);
        }

        EventTypeRows.Delete(session, stored.Seq);
        TenantKeys.Bump(session, tenant.Seq);
        return new EventTypeWrite(EventTypeWriteOutcome.Done, stored.EventType);
    }
}
