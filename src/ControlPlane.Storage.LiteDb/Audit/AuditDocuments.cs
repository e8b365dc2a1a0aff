using ControlPlane.Storage.Embedded;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>The audit log as documents. Their ids are the times in microseconds.</summary>
internal static class AuditDocuments
{
    private const string Entry = "entry";

    /// <summary>Stores an entry if something changed, and returns what the change returned.</summary>
    public static T Log<T>(WriteSession session, T result, Predicate<T> changed, AuditRecord audit)
    {
        if (changed(result))
        {
            Insert(session, audit with { Time = NextTime(session) });
        }

        return result;
    }

    public static Page<AuditRecord> List(DocumentStore documents, AuditQuery query)
    {
        var page = new PageBuilder(query.Limit, ReadBounds.LookAtMost);
        var shown = new Dictionary<long, AuditRecord>();
        using var rows = Open(documents, query, query.From, query.To - 1);
        while (page.WantsMore && rows.Step())
        {
            var entry = Read(rows.Current);
            var matches = query.Matches(entry);
            page.Look(rows.Current.Seq(), matches);
            if (matches)
            {
                shown[rows.Current.Seq()] = entry;
            }
        }

        return page.Build(seq => shown[seq]);
    }

    /// <summary>By what fewest entries have.</summary>
    private static Rows Open(DocumentStore documents, AuditQuery query, long from, long to) => query switch
    {
        { ResourceId: { } resource } => Within(documents, KeyKind.Resource, resource, from, to),
        { ActorId: { } actor } => Within(documents, KeyKind.Actor, actor, from, to),
        { Method: { } method } => Within(documents, KeyKind.Method, method, from, to),
        { TenantId: { } tenant } => Within(documents, KeyKind.TenantId, tenant, from, to),
        _ => documents.Within(Collections.Audit, from, to, descending: true),
    };

    private static Rows Within(DocumentStore documents, KeyKind kind, string text, long from, long to) =>
        documents.WithinKeys(Collections.Audit, Key.Of(kind, text, from), Key.Of(kind, text, to), descending: true);

    public static AuditRecord Read(BsonDocument document) => Nested.Read(document[Entry], Json.Default.AuditRecord);

    /// <summary>Stores an entry that has its time.</summary>
    public static void Insert(WriteSession session, AuditRecord entry)
    {
        var seq = entry.Time.ToMicroseconds();
        var keys = new BsonArray
        {
            Key.Of(KeyKind.Resource, entry.ResourceId, seq), Key.Of(KeyKind.Actor, entry.Actor.Id, seq), Key.Of(KeyKind.Method, entry.Method, seq),
        };
        if (entry.TenantId is { } tenant)
        {
            keys.Add(Key.Of(KeyKind.TenantId, tenant, seq));
        }

        session.Stored.Insert(
            Collections.Audit,
            [
                new BsonDocument
                {
                    [DocumentStore.Id] = seq,
                    [DocumentStore.Keys] = keys,
                    [Entry] = Nested.Write(entry, Json.Default.AuditRecord),
                },
            ]);
        session.NoteSize();
    }

    /// <summary>The time of the next entry.</summary>
    private static DateTimeOffset NextTime(WriteSession session)
    {
        var last = session.Stored.FirstWithin(Collections.Audit, 0L, long.MaxValue, descending: true);
        return Timestamps.FromMicroseconds(Math.Max(session.Now.ToMicroseconds(), last is null ? 0 : last.Seq() + 1));
    }
}
