using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Transitions;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Lists events, newest first. Looks at a bounded number of them, so a page with a rare filter can be short.</summary>
internal static class EventList
{
    public static Page<EventRecord> Read(DocumentStore documents, EventQuery query)
    {
        long? tenant = null;
        if (query.TenantId is { } id)
        {
            if (TenantRef.Find(documents, id) is not { } found)
            {
                return new Page<EventRecord>([], null);
            }

            tenant = found.Seq;
        }

        var (from, to) = TimeSearch.Events(documents, query.CreatedAfter, query.CreatedBefore);
        to = Math.Min(to, query.Before ?? long.MaxValue);
        var page = new PageBuilder(query.Limit, tenant is null ? ReadBounds.LookAtMost : ReadBounds.SeekAtMost);
        var shown = new Dictionary<long, EventRecord>();
        foreach (var document in Open(documents, tenant, from, to))
        {
            var stored = EventFormat.Read(document);
            var matches = query.Matches(stored.Event);
            page.Look(stored.Seq, matches);
            if (matches)
            {
                shown[stored.Seq] = stored.Event;
            }

            if (!page.WantsMore)
            {
                break;
            }
        }

        return page.Build(seq => shown[seq]);
    }

    private static IEnumerable<BsonDocument> Open(DocumentStore documents, long? tenant, long from, long to) =>
        tenant is { } one ? EventWalks.OfTenant(documents, one, from, to, descending: true) : EventWalks.All(documents, from, to);
}
