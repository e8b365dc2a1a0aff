namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// Finds the deliveries of a webhook. Up to a certain one they are listed by webhook; the latest, at most about a thousand of all
/// webhooks, are looked through. Deliveries that were removed can be listed still.
/// </summary>
internal static class WebhookDeliveries
{
    private const int AtOnce = 1_024;

    private const string Listed = " FROM webhook_deliveries CROSS JOIN deliveries ON seq = delivery WHERE delivery >= ? AND delivery < ? AND webhook = ? ";
    private const string Latest = " FROM deliveries WHERE seq >= ? AND seq < ? AND webhook_seq = ? ";

    private static readonly Sql Extend = new(
        """
        INSERT INTO webhook_deliveries SELECT webhook_seq, seq FROM deliveries WHERE seq > ? AND seq <= ? ORDER BY webhook_seq, seq
        """);

    private static readonly Sql DeleteRemoved = new(
        "DELETE FROM webhook_deliveries WHERE webhook = ? AND delivery = ?2 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE seq = ?2)");

    private static readonly Sql DeleteAll = new("DELETE FROM webhook_deliveries WHERE webhook = ?");

    /// <summary>What selects columns of those that are listed, with the same parameters: from, to (without it), webhook.</summary>
    public static Sql SelectListed(string columns, bool newestFirst) =>
        new("SELECT " + columns + Listed + "ORDER BY delivery" + (newestFirst ? " DESC" : ""));

    /// <summary>What selects columns of the latest.</summary>
    public static Sql SelectLatest(string columns, bool newestFirst) =>
        new("SELECT " + columns + Latest + "ORDER BY seq" + (newestFirst ? " DESC" : ""));

    /// <summary>The first delivery that is not listed.</summary>
    public static long FirstLatest(Connection connection) => Counters.Load(connection).WebhookDeliveriesTo + 1;

    /// <summary>At the end of a transaction: lists what was added, if it is enough for the pages that this changes.</summary>
    /// <param name="session">The transaction.</param>
    /// <param name="findGap">Returns the position of the first delivery that is stored later than others after it; null if there is none.</param>
    public static void CatchUp(WriteSession session, Func<Connection, long?> findGap)
    {
        ref var counters = ref session.Counters;
        if (counters.DeliverySeq - counters.WebhookDeliveriesTo >= AtOnce)
        {
            var to = findGap(session.Connection) - 1 ?? counters.DeliverySeq;
            session.Use(Extend).Bind(counters.WebhookDeliveriesTo).Bind(to).Run();
            counters.WebhookDeliveriesTo = to;
        }
    }

    /// <summary>Takes a delivery off the list if it was removed.</summary>
    public static void Delete(WriteSession session, long webhook, long delivery) =>
        session.Use(DeleteRemoved).Bind(webhook).Bind(delivery).Run();

    /// <summary>A webhook was removed, after all its deliveries.</summary>
    public static void Delete(WriteSession session, long webhook) => session.Use(DeleteAll).Bind(webhook).Run();
}
