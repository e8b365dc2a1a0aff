namespace ControlPlane.Storage.Sqlite;

/// <summary>A stretch of a walk.</summary>
/// <param name="Found">The seqs of what belongs to the redrive, oldest first.</param>
/// <param name="Next">Where to go on; the scope's end when nothing is left.</param>
internal readonly record struct RedriveStretch(List<long> Found, long Next);

/// <summary>
/// Walks what a redrive takes, oldest first, through the narrowest index for its filter. It stops after a number of finds or
/// of rows looked at, and says where to go on.
/// </summary>
internal static class RedriveWalk
{
    private const long Dead = 1L << (int)DeliveryState.Dead;
    private const int Revision = 9;

    private const string Columns = ResolvedDeliveryFilter.Columns + ", revision";
    private const string Select = "SELECT " + Columns + " FROM deliveries WHERE seq >= ? AND seq < ? ";

    private const string SelectDead =
        "SELECT " + Columns + " FROM dead_letters CROSS JOIN deliveries ON seq = delivery WHERE delivery >= ? AND delivery < ? ";

    internal static readonly Sql All = new(Select + "ORDER BY seq");
    internal static readonly Sql ListedOfWebhook = WebhookDeliveries.SelectListed(Columns, newestFirst: false);
    internal static readonly Sql LatestOfWebhook = WebhookDeliveries.SelectLatest(Columns, newestFirst: false);
    internal static readonly Sql AllDead = new(SelectDead + "ORDER BY delivery");
    internal static readonly Sql DeadOfWebhook = new(SelectDead + "AND webhook = ? ORDER BY delivery");
    internal static readonly Sql DeadOfTenant = new(SelectDead + "AND tenant = ? ORDER BY delivery");

    public static RedriveStretch Read(
        Connection connection, DeliveryFilter filter, RedriveScope scope, long position, int limit, int lookAtMost)
    {
        if (ResolvedDeliveryFilter.Resolve(connection, filter, scope.End) is not { } resolved)
        {
            return new RedriveStretch([], scope.End);
        }

        var found = new List<long>();
        foreach (var rows in Open(connection, resolved, Math.Max(position, resolved.From)))
        {
            using var open = rows;
            while (rows.Step())
            {
                if (rows.Long(Revision) <= scope.Revision && resolved.Matches(rows))
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

    /// <summary>What to walk, one after another.</summary>
    private static IEnumerable<Statement> Open(Connection connection, ResolvedDeliveryFilter filter, long from)
    {
        if (filter.EventId is not null)
        {
            return LaterDeliveries.RangesOf(connection, filter.EventId, from, filter.To)
                .Select(range => connection.Use(All).Bind(range.From).Bind(range.To));
        }

        if (filter.HasOnlyStates(Dead))
        {
            var sql = filter.Webhook != 0 ? DeadOfWebhook : filter.Tenant != 0 ? DeadOfTenant : AllDead;
            var dead = connection.Use(sql).Bind(from).Bind(filter.To);
            return [filter.Webhook != 0 ? dead.Bind(filter.Webhook) : filter.Tenant != 0 ? dead.Bind(filter.Tenant) : dead];
        }

        return filter.Webhook != 0 ? OpenWebhook(connection, filter, from) : [connection.Use(All).Bind(from).Bind(filter.To)];
    }

    private static IEnumerable<Statement> OpenWebhook(Connection connection, ResolvedDeliveryFilter filter, long from)
    {
        var split = WebhookDeliveries.FirstLatest(connection);
        yield return connection.Use(ListedOfWebhook).Bind(from).Bind(Math.Min(filter.To, split)).Bind(filter.Webhook);
        yield return connection.Use(LatestOfWebhook).Bind(Math.Max(from, split)).Bind(filter.To).Bind(filter.Webhook);
    }
}
