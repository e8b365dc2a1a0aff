using ControlPlane.Storage.Transitions;

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

        var exists = EventTypeRows.Find(session.Connection, tenant.Seq, type.Name) is not null;
        var outcome = EventTypeTransitions.CheckCreate(exists, EventTypeRows.Count(session.Connection, tenant.Seq), maximum);
        if (outcome != EventTypeWriteOutcome.Done)
        {
            return new EventTypeWrite(outcome, null);
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

        var found = EventTypeRows.Find(session.Connection, tenant.Seq, type.Name);
        if (EventTypeTransitions.CheckUpdate(found?.EventType, type) is var outcome and not EventTypeWriteOutcome.Done)
        {
            return new EventTypeWrite(outcome, null);
        }

        var stored = found!.Value;
        EventTypeRows.Update(session, stored.Seq, type);
        if (EventTypeTransitions.ChangesPublishes(stored.EventType, type))
        {
            TenantKeys.Bump(session, tenant.Seq);
        }

        return new EventTypeWrite(EventTypeWriteOutcome.Done, type with { CreateTime = stored.EventType.CreateTime });
    }

    public static EventTypeWrite Delete(WriteSession session, string tenantId, string name, long? version)
    {
        if (TenantKeys.FindConfig(session.Connection, tenantId) is not { } tenant)
        {
            return new EventTypeWrite(EventTypeWriteOutcome.TenantNotFound, null);
        }

        var found = EventTypeRows.Find(session.Connection, tenant.Seq, name);
        if (EventTypeTransitions.CheckDelete(found?.EventType, version) is var outcome and not EventTypeWriteOutcome.Done)
        {
            return new EventTypeWrite(outcome, null);
        }

        var stored = found!.Value;
        EventTypeRows.Delete(session, stored.Seq);
        TenantKeys.Bump(session, tenant.Seq);
        return new EventTypeWrite(EventTypeWriteOutcome.Done, stored.EventType);
    }
}
