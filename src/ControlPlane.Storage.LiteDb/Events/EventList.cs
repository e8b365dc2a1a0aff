using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Lists events, newest first. Looks at a bounded number of them, so a page with a rare filter can be short.</summary>
internal static class EventList
{
    private const int LookAtMost = 2_000;

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
        var page = new PageBuilder(query.Limit, LookAtMost);
        var shown = new Dictionary<long, EventRecord>();
        using var rows = Open(documents, tenant, from, to);
        while (page.WantsMore && rows.Step())
        {
            var stored = EventFormat.Read(rows.Current);
            var matches = query.Matches(stored.Event);
            page.Look(stored.Seq, matches);
            if (matches)
            {
                shown[stored.Seq] = stored.Event;
            }
        }

        return page.Build(seq => shown[seq]);
    }

    /// <summary>Reads events backwards, of one tenant or all, from before one position down to another.</summary>
    public static Rows Open(DocumentStore documents, long? tenant, long from, long to) => tenant is { } one
        ? documents.WithinKeys(Collections.Events, Key.Of(KeyKind.OfTenant, one, from), Key.Of(KeyKind.OfTenant, one, to - 1), descending: true)
        : documents.Within(Collections.Events, from, to - 1, descending: true);
}
