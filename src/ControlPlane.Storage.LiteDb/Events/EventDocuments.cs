namespace ControlPlane.Storage.LiteDb;

/// <summary>Finds events with their payloads.</summary>
internal static class EventDocuments
{
    private const int AtMost = 2;

    public static IReadOnlyList<EventRecord> Find(DocumentStore documents, string id, string? tenantId)
    {
        if (tenantId is not null)
        {
            return TenantRef.Find(documents, tenantId) is { } tenant && FindOne(documents, id, tenant.Seq) is { } one ? [one] : [];
        }

        return EventIds.FindAll(documents, id).Take(AtMost).Select(EventFormat.Read).ToList()
            .ConvertAll(stored => WithPayload(documents, stored));
    }

    public static IReadOnlyList<EventRecord> FindMany(DocumentStore documents, IReadOnlyList<string> ids, string tenantId, long maxBytes)
    {
        var found = new List<EventRecord>(ids.Count);
        if (TenantRef.Find(documents, tenantId) is not { } tenant)
        {
            return found;
        }

        for (var i = 0; i < ids.Count && maxBytes > 0; i++)
        {
            if (FindOne(documents, ids[i], tenant.Seq) is { } one)
            {
                found.Add(one);
                maxBytes -= one.Payload?.Length ?? 0;
            }
        }

        return found;
    }

    private static EventRecord? FindOne(DocumentStore documents, string id, long tenant) =>
        EventIds.Find(documents, tenant, id) is { } document
            ? WithPayload(documents, EventFormat.Read(document))
            : null;

    /// <summary>Returns an event with its payload, if that is still there.</summary>
    public static EventRecord WithPayload(DocumentStore documents, StoredEvent stored) =>
        documents.Find(Collections.Payloads, stored.Seq) is { } payload
            ? stored.Event with { Payload = EventFormat.ReadPayload(payload) }
            : stored.Event;
}
