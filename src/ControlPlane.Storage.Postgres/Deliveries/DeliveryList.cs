namespace ControlPlane.Storage.Postgres;

/// <summary>Lists of deliveries, by the index that leaves the fewest rows to look at.</summary>
internal static class DeliveryList
{
    public static Task<Page<DeliveryRecord>> ReadAsync(Database database, DeliveryQuery query, CancellationToken cancellationToken)
    {
        List<object?> values = [];
        var looked = Look(values, query).Add("x.seq < {0}", query.Before ?? long.MaxValue);
        var conditions = Match(values, query)
            .AddIf("d.last_status = ANY({0})", query.StatusCodes.Count > 0 ? query.StatusCodes.ToArray() : null)
            .AddIf("d.last_failure = ANY({0})", query.Failures.Count > 0 ? query.Failures.Select(failure => (short)failure).ToArray() : null);
        return BoundedList.ReadAsync(
            database, Looked(query) + looked + " ORDER BY x.seq DESC", DeliveryRows.SelectFrom, conditions, "d.seq", values, query.Limit,
            row => (row.GetInt64(0), DeliveryRows.ReadDelivery(row)), cancellationToken);
    }

    /// <summary>The rows to look at for a filter, to be followed by conditions.</summary>
    public static string Looked(DeliveryFilter filter) => filter.EventId is null
        ? "SELECT x.* FROM deliveries x WHERE TRUE"
        : """
          SELECT x.* FROM (
            SELECT d.* FROM events v JOIN deliveries d ON d.seq BETWEEN v.first_delivery AND v.first_delivery + v.delivery_count - 1 WHERE v.id = $1
            UNION ALL
            SELECT d.* FROM events v JOIN later_deliveries l ON l.event_seq = v.seq JOIN deliveries d ON d.seq = l.delivery_seq WHERE v.id = $1) x
          WHERE TRUE
          """;

    /// <summary>The conditions that an index serves. The first value is the event, if the filter names one.</summary>
    public static Conditions Look(List<object?> values, DeliveryFilter filter)
    {
        if (filter.EventId is not null)
        {
            values.Add(filter.EventId);
        }

        var looked = new Conditions(values)
            .AddIf(OwnedRows.OfWebhook, filter.WebhookId)
            .AddIf("x.seq >= {0}", filter.CreatedAfter is { } after ? Days.FirstSeq(Days.Of(after) - 1) : null);
        if (filter.WebhookId is null)
        {
            looked.AddIf(OwnedRows.OfTenant, filter.TenantId);
        }

        // As a constant, so that the planner sees that the index of dead letters holds all of them.
        return filter.States is [DeliveryState.Dead] ? looked.Add("x.state = 5 AND {0}", true) : looked;
    }

    /// <summary>The conditions of a filter.</summary>
    public static Conditions Match(List<object?> values, DeliveryFilter filter)
    {
        var conditions = new Conditions(values)
            .AddIf("t.id = {0}", filter.TenantId)
            .AddIf("d.instance = {0}", filter.Instance)
            .AddTypes("d.event_type", filter.EventTypes)
            .AddIf("d.create_time >= {0}", filter.CreatedAfter)
            .AddIf("d.create_time < {0}", filter.CreatedBefore);
        return filter.States.Count == 0
            ? conditions
            : conditions.Add("d.state = ANY({0})", filter.States.Select(state => (short)state).ToArray());
    }
}
