using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// Deliveries by what their event is: of a tenant, a type, an instance. Walks the events, which are fewer and hold all three,
/// and goes to the deliveries of those that match; that spares the deliveries an index for it.
/// </summary>
internal static class FanOuts
{
    private const string Select =
        "SELECT first_delivery, delivery_count, type_seq, instance_seq FROM events WHERE seq <= ? ";

    internal static readonly Sql Events = new(Select + "ORDER BY seq DESC");
    internal static readonly Sql EventsOfTenant = new(Select + "AND tenant_seq = ? ORDER BY seq DESC");

    public static PageBuilder Walk(Connection connection, ResolvedDeliveryFilter filter, PageBuilder page)
    {
        using var events = connection.Use(filter.Tenant == 0 ? Events : EventsOfTenant).Bind(TimeSearch.LastEventBefore(connection, filter.To));
        using var later = connection.Use(filter.Tenant == 0 ? LaterDeliveries.All : LaterDeliveries.OfTenant).Bind(filter.From).Bind(filter.To);
        if (filter.Tenant != 0)
        {
            events.Bind(filter.Tenant);
            later.Bind(filter.Tenant);
        }

        var hasLater = later.Step();
        while (page.WantsMore && events.Step())
        {
            var first = events.Long(0);
            var end = first + events.Long(1);
            TakeLater(end);
            if (end <= filter.From || !page.WantsMore)
            {
                break;
            }

            if (filter.MatchesEvent(events.Long(2), events.Long(3)))
            {
                WalkDeliveries(connection, filter, Math.Max(first, filter.From), Math.Min(end, filter.To), page);
            }

            if (page.WantsMore)
            {
                page.Spend(first);
            }
        }

        TakeLater(filter.From);
        return page;

        // Those that were created between the deliveries of one event and those of the next.
        void TakeLater(long from)
        {
            while (hasLater && page.WantsMore && later.Long(0) >= from)
            {
                page.Look(later.Long(0), filter.Matches(later));
                hasLater = later.Step();
            }
        }
    }

    private static void WalkDeliveries(Connection connection, ResolvedDeliveryFilter filter, long from, long to, PageBuilder page)
    {
        using var rows = connection.Use(DeliveryList.All).Bind(from).Bind(to);
        while (page.WantsMore && rows.Step())
        {
            page.Look(rows.Long(0), filter.Matches(rows));
        }
    }
}
