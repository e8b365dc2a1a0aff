using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// Lists deliveries, newest first: takes the narrowest index for the filter, walks it backwards and tests each row. It looks
/// at a bounded number of rows, so that a page with a rare filter is short rather than late.
/// </summary>
internal static class DeliveryList
{
    private const int LookAtMost = 20_000;
    private const int SeekAtMost = 5_000;
    private const long Dead = 1L << (int)DeliveryState.Dead;

    private const long Live =
        (1L << (int)DeliveryState.Pending) | (1L << (int)DeliveryState.InFlight) | (1L << (int)DeliveryState.RetryScheduled);

    private const string Select = "SELECT " + ResolvedDeliveryFilter.Columns + " FROM deliveries WHERE seq >= ? AND seq < ? ";

    private const string SelectDead = "SELECT " + ResolvedDeliveryFilter.Columns +
        " FROM dead_letters CROSS JOIN deliveries ON seq = delivery WHERE delivery >= ? AND delivery < ? ";

    internal static readonly Sql All = new(Select + "ORDER BY seq DESC");
    internal static readonly Sql ListedOfWebhook = WebhookDeliveries.SelectListed(ResolvedDeliveryFilter.Columns, newestFirst: true);
    internal static readonly Sql LatestOfWebhook = WebhookDeliveries.SelectLatest(ResolvedDeliveryFilter.Columns, newestFirst: true);
    internal static readonly Sql AllDead = new(SelectDead + "ORDER BY delivery DESC");
    internal static readonly Sql DeadOfWebhook = new(SelectDead + "AND webhook = ? ORDER BY delivery DESC");
    internal static readonly Sql DeadOfTenant = new(SelectDead + "AND tenant = ? ORDER BY delivery DESC");

    public static Page<DeliveryRecord> Read(Connection connection, DeliveryQuery query)
    {
        if (ResolvedDeliveryFilter.Resolve(connection, query, query.Before) is not { } filter)
        {
            return new Page<DeliveryRecord>([], null);
        }

        var page = Collect(connection, filter, query.Limit);
        return page.Build(seq => DeliveryRows.Get(connection, seq).Delivery);
    }

    private static PageBuilder Collect(Connection connection, ResolvedDeliveryFilter filter, int limit)
    {
        if (filter.EventId is not null)
        {
            return WalkEvents(connection, filter, new PageBuilder(limit, LookAtMost));
        }

        if (filter.HasOnlyStates(Live) && LiveDeliveries.TryFind(connection, filter) is { } live)
        {
            return LiveDeliveries.Walk(connection, filter, live, new PageBuilder(limit, int.MaxValue));
        }

        if (filter.HasOnlyStates(Dead))
        {
            return Walk(
                filter.Webhook != 0 ? Open(connection, DeadOfWebhook, filter).Bind(filter.Webhook)
                    : filter.Tenant != 0 ? Open(connection, DeadOfTenant, filter).Bind(filter.Tenant)
                    : Open(connection, AllDead, filter),
                filter, new PageBuilder(limit, SeekAtMost));
        }

        if (filter.Webhook != 0)
        {
            return WalkWebhook(connection, filter, new PageBuilder(limit, SeekAtMost));
        }

        return filter.Tenant != 0 || filter.Types is not null || filter.Instance != 0
            ? FanOuts.Walk(connection, filter, new PageBuilder(limit, SeekAtMost))
            : Walk(Open(connection, All, filter), filter, new PageBuilder(limit, LookAtMost));
    }

    private static Statement Open(Connection connection, Sql sql, ResolvedDeliveryFilter filter) =>
        connection.Use(sql).Bind(filter.From).Bind(filter.To);

    private static PageBuilder Walk(Statement statement, ResolvedDeliveryFilter filter, PageBuilder page)
    {
        using (statement)
        {
            while (page.WantsMore && statement.Step())
            {
                page.Look(statement.Long(0), filter.Matches(statement));
            }
        }

        return page;
    }

    private static PageBuilder WalkWebhook(Connection connection, ResolvedDeliveryFilter filter, PageBuilder page)
    {
        var split = WebhookDeliveries.FirstLatest(connection);
        Walk(connection.Use(LatestOfWebhook).Bind(Math.Max(filter.From, split)).Bind(filter.To).Bind(filter.Webhook), filter, page);
        return Walk(
            connection.Use(ListedOfWebhook).Bind(filter.From).Bind(Math.Min(filter.To, split)).Bind(filter.Webhook), filter, page);
    }

    private static PageBuilder WalkEvents(Connection connection, ResolvedDeliveryFilter filter, PageBuilder page)
    {
        var ranges = LaterDeliveries.RangesOf(connection, filter.EventId!, filter.From, filter.To);
        for (var i = ranges.Count - 1; i >= 0 && page.WantsMore; i--)
        {
            Walk(connection.Use(All).Bind(ranges[i].From).Bind(ranges[i].To), filter, page);
        }

        return page;
    }
}
