namespace ControlPlane.Storage.Postgres;

/// <summary>Lists of events.</summary>
internal static class EventList
{
    public static Task<Page<EventRecord>> ReadAsync(Database database, EventQuery query, CancellationToken cancellationToken)
    {
        List<object?> values = [];
        var looked = new Conditions(values)
            .Add("x.seq < {0}", query.Before ?? long.MaxValue)
            .AddIf(OwnedRows.OfTenant, query.TenantId)
            .AddIf("x.seq >= {0}", query.CreatedAfter is { } after ? Days.FirstSeq(Days.Of(after) - 1) : null);
        var conditions = new Conditions(values)
            .AddIf("e.instance = {0}", query.Instance)
            .AddTypes("e.type", query.EventTypes)
            .AddIf("e.create_time >= {0}", query.CreatedAfter)
            .AddIf("e.create_time < {0}", query.CreatedBefore);
        return BoundedList.ReadAsync(
            database, $"SELECT * FROM events x WHERE TRUE{looked} ORDER BY x.seq DESC", EventRows.SelectFrom, conditions, "e.seq", values,
            query.Limit, row => EventRows.Read(row), cancellationToken);
    }
}
