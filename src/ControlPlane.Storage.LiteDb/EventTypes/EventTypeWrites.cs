using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Changing tenants' event types, together with the configuration version where publishes have to notice.</summary>
internal static class EventTypeWrites
{
    public static EventTypeWrite Create(WriteSession session, EventTypeRecord type, int maximum)
    {
        if (TenantRef.FindLive(session.Stored, type.TenantId) is not { } tenant)
        {
            return new EventTypeWrite(EventTypeWriteOutcome.TenantNotFound, null);
        }

        var exists = EventTypeDocuments.Find(session.Stored, tenant.Seq, type.Name) is not null;
        var outcome = EventTypeTransitions.CheckCreate(exists, EventTypeDocuments.LoadNames(session.Stored, tenant.Seq).Count, maximum);
        if (outcome != EventTypeWriteOutcome.Done)
        {
            return new EventTypeWrite(outcome, null);
        }

        EventTypeDocuments.Insert(session, tenant.Seq, type);
        TenantDocuments.Bump(session, type.TenantId);
        return new EventTypeWrite(EventTypeWriteOutcome.Done, type);
    }

    public static EventTypeWrite Update(WriteSession session, EventTypeRecord type)
    {
        if (TenantRef.FindLive(session.Stored, type.TenantId) is not { } tenant)
        {
            return new EventTypeWrite(EventTypeWriteOutcome.TenantNotFound, null);
        }

        var found = EventTypeDocuments.Find(session.Stored, tenant.Seq, type.Name);
        if (EventTypeTransitions.CheckUpdate(found?.EventType, type) is var outcome and not EventTypeWriteOutcome.Done)
        {
            return new EventTypeWrite(outcome, null);
        }

        var stored = found!;
        type = type with { CreateTime = stored.EventType.CreateTime };
        EventTypeDocuments.Update(session, stored.Seq, tenant.Seq, type);
        if (EventTypeTransitions.ChangesPublishes(stored.EventType, type))
        {
            TenantDocuments.Bump(session, type.TenantId);
        }

        return new EventTypeWrite(EventTypeWriteOutcome.Done, type);
    }

    public static EventTypeWrite Delete(WriteSession session, string tenantId, string name, long? version)
    {
        if (TenantRef.FindLive(session.Stored, tenantId) is not { } tenant)
        {
            return new EventTypeWrite(EventTypeWriteOutcome.TenantNotFound, null);
        }

        var found = EventTypeDocuments.Find(session.Stored, tenant.Seq, name);
        if (EventTypeTransitions.CheckDelete(found?.EventType, version) is var outcome and not EventTypeWriteOutcome.Done)
        {
            return new EventTypeWrite(outcome, null);
        }

        var stored = found!;
        EventTypeDocuments.Delete(session, stored.Seq);
        TenantDocuments.Bump(session, tenantId);
        return new EventTypeWrite(EventTypeWriteOutcome.Done, stored.EventType);
    }
}
