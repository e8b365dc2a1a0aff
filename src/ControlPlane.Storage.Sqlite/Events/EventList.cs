using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Lists events, newest first. Looks at a bounded number of rows, so a page with a rare filter can be short.</summary>
internal static class EventList
{
    private const int LookAtMost = 10_000;

    internal static readonly Sql All = new(
        """
        SELECT seq, type_seq, instance_seq, create_time FROM events
        WHERE seq >= ? AND seq < ? ORDER BY seq DESC
        """);

    internal static readonly Sql OfTenant = new(
        """
        SELECT seq, type_seq, instance_seq, create_time FROM events
        WHERE seq >= ? AND seq < ? AND tenant_seq = ? ORDER BY seq DESC
        """);

    public static Page<EventRecord> Read(Connection connection, EventQuery query)
    {
        var types = InternedTexts.FindTypes(connection, query.EventTypes);
        var instance = query.Instance is { } name ? InternedTexts.FindSeq(connection, TextKind.Instance, name) : 0;
        var tenant = query.TenantId is { } id ? TenantKeys.FindSeq(connection, id) : 0;
        if (instance is null || tenant is null || types is { Count: 0 })
        {
            return new Page<EventRecord>([], null);
        }

        var (from, to) = TimeSearch.Events(connection, query.CreatedAfter, query.CreatedBefore);
        to = Math.Min(to, query.Before ?? long.MaxValue);
        var after = query.CreatedAfter?.ToMicroseconds() ?? long.MinValue;
        var before = query.CreatedBefore?.ToMicroseconds() ?? long.MaxValue;

        var page = new PageBuilder(query.Limit, LookAtMost);
        using (var rows = tenant == 0
            ? connection.Use(All).Bind(from).Bind(to)
            : connection.Use(OfTenant).Bind(from).Bind(to).Bind(tenant))
        {
            while (page.WantsMore && rows.Step())
            {
                page.Look(
                    rows.Long(0),
                    types?.Contains(rows.Long(1)) != false
                        && (instance == 0 || rows.Long(2) == instance)
                        && rows.Long(3) >= after && rows.Long(3) < before);
            }
        }

        return page.Build(seq => EventRows.Get(connection, seq));
    }
}
