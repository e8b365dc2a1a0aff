namespace ControlPlane.Storage.Sqlite;

/// <summary>A stretch of a walk.</summary>
/// <param name="Found">The seqs of what belongs to the redrive, oldest first.</param>
/// <param name="Next">Where to go on; the scope's end when nothing is left.</param>
internal readonly record struct RedriveStretch(List<long> Found, long Next);

/// <summary>
/// Walks what a redrive takes, oldest first, through the narrowest index for its selection. It stops after a number of finds or
/// of rows looked at, and says where to go on.
/// </summary>
internal static class RedriveWalk
{
    private const long Dead = 1L << (int)DeliveryState.Dead;
    private const int Revision = 7;

    private const string Select =
        "SELECT " + DeliveryFilter.Columns + ", revision FROM deliveries WHERE seq >= ? AND seq < ? ";

    private const string SelectDead = "SELECT " + DeliveryFilter.Columns +
        ", revision FROM dead_letters CROSS JOIN deliveries ON seq = delivery WHERE delivery >= ? AND delivery < ? ";

    internal static readonly Sql All = new(Select + "ORDER BY seq");
    internal static readonly Sql OfWebhook = new(Select + "AND webhook_seq = ? ORDER BY seq");
    internal static readonly Sql AllDead = new(SelectDead + "ORDER BY delivery");
    internal static readonly Sql DeadOfWebhook = new(SelectDead + "AND webhook = ? ORDER BY delivery");
    internal static readonly Sql DeadOfTenant = new(SelectDead + "AND tenant = ? ORDER BY delivery");

    private static readonly Sql OfEvent = new("SELECT first_delivery, delivery_count FROM events WHERE id = ? ORDER BY seq");

    public static RedriveStretch Read(
        Connection connection, DeliverySelection selection, RedriveScope scope, long position, int limit, int lookAtMost)
    {
        if (DeliveryFilter.Resolve(connection, selection, scope.End) is not { } filter)
        {
            return new RedriveStretch([], scope.End);
        }

        var found = new List<long>();
        foreach (var (from, to) in Ranges(connection, filter, Math.Max(position, filter.From)))
        {
            using var rows = Open(connection, filter, from, to);
            while (rows.Step())
            {
                if (rows.Long(Revision) <= scope.Revision && filter.Matches(rows))
                {
                    found.Add(rows.Long(0));
                }

                if (found.Count == limit || --lookAtMost == 0)
                {
                    return new RedriveStretch(found, rows.Long(0) + 1);
                }
            }
        }

        return new RedriveStretch(found, scope.End);
    }

    /// <summary>Where to look: at everything, or at the deliveries of the events with one id, one per tenant.</summary>
    private static List<(long From, long To)> Ranges(Connection connection, DeliveryFilter filter, long from)
    {
        if (filter.EventId is null)
        {
            return [(from, filter.To)];
        }

        var ranges = new List<(long, long)>();
        using var events = connection.Use(OfEvent).Bind(filter.EventId);
        while (events.Step())
        {
            var first = events.Long(0);
            ranges.Add((Math.Max(from, first), Math.Min(filter.To, first + events.Long(1))));
        }

        return ranges;
    }

    private static Statement Open(Connection connection, DeliveryFilter filter, long from, long to)
    {
        var sql =
            filter.EventId is not null ? All
            : !filter.HasOnlyStates(Dead) ? filter.Webhook != 0 ? OfWebhook : All
            : filter.Webhook != 0 ? DeadOfWebhook
            : filter.Tenant != 0 ? DeadOfTenant
            : AllDead;
        var rows = connection.Use(sql).Bind(from).Bind(to);
        return sql == OfWebhook || sql == DeadOfWebhook ? rows.Bind(filter.Webhook)
            : sql == DeadOfTenant ? rows.Bind(filter.Tenant)
            : rows;
    }
}
