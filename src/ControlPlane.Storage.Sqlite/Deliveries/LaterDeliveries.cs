namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// Deliveries that were created after their event, by a replay: the others of an event have the seqs from its first one on, without gaps.
/// </summary>
internal static class LaterDeliveries
{
    private const string Select = "SELECT " + ResolvedDeliveryFilter.Columns +
        " FROM later_deliveries CROSS JOIN deliveries ON seq = delivery WHERE delivery >= ? AND delivery < ? ";

    /// <summary>Those of all, or of a tenant, newest first.</summary>
    internal static readonly Sql All = new(Select + "ORDER BY delivery DESC");
    internal static readonly Sql OfTenant = new(Select + "AND tenant = ? ORDER BY delivery DESC");

    private static readonly Sql InsertOne = new("INSERT INTO later_deliveries (delivery, event, tenant, webhook) VALUES (?, ?, ?, ?)");
    private static readonly Sql DeleteRun = new("DELETE FROM later_deliveries WHERE delivery >= ? AND delivery <= ?");
    private static readonly Sql Events = new("SELECT seq, first_delivery, delivery_count FROM events WHERE id = ?");
    internal static readonly Sql OfEvent = new("SELECT delivery FROM later_deliveries WHERE event = ?");
    internal static readonly Sql AnyOfEvents = new("SELECT 1 FROM later_deliveries WHERE event >= ? AND event <= ? LIMIT 1");
    internal static readonly Sql ToWebhook = new("SELECT 1 FROM later_deliveries WHERE event = ? AND webhook = ? LIMIT 1");

    internal static readonly Sql NotSettled = new(
        """
        SELECT state, webhook_seq, seq FROM later_deliveries CROSS JOIN deliveries ON seq = delivery
        WHERE event = ? AND state NOT IN (4, 6)
        """);

    /// <summary>Unfinished, or set going again since the look: such a one can be a dead letter by now that is to be kept.</summary>
    internal static readonly Sql Unfinished = new(
        """
        SELECT 1 FROM later_deliveries CROSS JOIN deliveries ON seq = delivery
        WHERE event >= ? AND event <= ? AND (state IN (1, 2, 3) OR revision > ?) LIMIT 1
        """);

    public static void Insert(WriteSession session, long delivery, long eventSeq, long tenant, long webhook) =>
        session.Use(InsertOne).Bind(delivery).Bind(eventSeq).Bind(tenant).Bind(webhook).Run();

    /// <summary>Deliveries were removed.</summary>
    public static void Delete(WriteSession session, long first, long last) => session.Use(DeleteRun).Bind(first).Bind(last).Run();

    /// <summary>Whether any of a run of events has one.</summary>
    public static bool Any(Connection connection, long firstEvent, long lastEvent) =>
        Exists(connection.Use(AnyOfEvents).Bind(firstEvent).Bind(lastEvent));

    /// <summary>Whether any of a run of events has one that is unfinished or changed after a revision.</summary>
    public static bool HasUnfinished(Connection connection, long firstEvent, long lastEvent, long revision) =>
        Exists(connection.Use(Unfinished).Bind(firstEvent).Bind(lastEvent).Bind(revision));

    /// <summary>Whether an event has one to a webhook.</summary>
    public static bool HasOne(Connection connection, long eventSeq, long webhook) =>
        Exists(connection.Use(ToWebhook).Bind(eventSeq).Bind(webhook));

    /// <summary>Where all deliveries of the events with an id are, oldest first: one event, unless several tenants chose the same id.</summary>
    public static List<(long From, long To)> RangesOf(Connection connection, string eventId, long from, long to)
    {
        var ranges = new List<(long From, long To)>();
        using var events = connection.Use(Events).Bind(eventId);
        while (events.Step())
        {
            ranges.Add((events.Long(1), events.Long(1) + events.Long(2)));
            using var later = connection.Use(OfEvent).Bind(events.Long(0));
            while (later.Step())
            {
                ranges.Add((later.Long(0), later.Long(0) + 1));
            }
        }

        ranges.Sort();
        return ranges.ConvertAll(range => (Math.Max(from, range.From), Math.Min(to, range.To)));
    }

    private static bool Exists(Statement row)
    {
        using (row)
        {
            return row.Step();
        }
    }
}
