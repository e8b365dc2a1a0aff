using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Leasing what is due.</summary>
internal static class Claims
{
    private static readonly Sql FindWebhook = new("SELECT seq FROM webhooks WHERE id = ? AND delete_time IS NULL");

    internal static readonly Sql FindDue = new(
        "SELECT seq FROM deliveries WHERE webhook_seq = ? AND next_due <= ? ORDER BY next_due, seq LIMIT ?");

    internal static readonly Sql FindNextDue = new(
        "SELECT next_due FROM deliveries WHERE webhook_seq = ? AND next_due IS NOT NULL ORDER BY next_due LIMIT 1");

    /// <summary>Every webhook that has waiting deliveries, by jumping through the index from one webhook to the next.</summary>
    internal const string WaitingWebhooks =
        """
        WITH RECURSIVE waiting (webhook_seq) AS (
          SELECT min(webhook_seq) FROM deliveries WHERE next_due IS NOT NULL
          UNION ALL
          SELECT (SELECT min(d.webhook_seq) FROM deliveries d
            WHERE d.next_due IS NOT NULL AND d.webhook_seq > waiting.webhook_seq)
          FROM waiting WHERE waiting.webhook_seq IS NOT NULL
        )

        """;

    internal static readonly Sql FindWaiting = new(
        WaitingWebhooks +
        """
        SELECT t.id, w.id, (SELECT d.next_due FROM deliveries d
          WHERE d.webhook_seq = waiting.webhook_seq AND d.next_due IS NOT NULL ORDER BY d.next_due LIMIT 1)
        FROM waiting
          CROSS JOIN webhooks w ON w.seq = waiting.webhook_seq
          CROSS JOIN tenants t ON t.seq = w.tenant_seq
        WHERE w.delete_time IS NULL
        """);

    public static ClaimResult Claim(WriteSession session, ClaimRequest request)
    {
        if (FindLiveWebhook(session, request.WebhookId) is not { } webhook)
        {
            return new ClaimResult([], null);
        }

        var now = session.Now;
        var due = new List<long>();
        using (var rows = session.Use(FindDue).Bind(webhook).Bind(now).Bind(Math.Max(0, request.Limit)))
        {
            while (rows.Step())
            {
                due.Add(rows.Long(0));
            }
        }

        var claimed = new List<DeliveryRecord>(due.Count);
        if (due.Count > 0)
        {
            var owner = session.Intern(TextKind.Owner, request.Owner);
            foreach (var seq in due)
            {
                var stored = DeliveryRows.Get(session.Connection, seq);
                if (stored.Line is not { } line || OrderingLines.TryGo(session, seq, line, now))
                {
                    claimed.Add(Lease(session, stored, owner, now, request.LeaseFor));
                }
            }
        }

        using var next = session.Use(FindNextDue).Bind(webhook);
        return new ClaimResult(claimed, next.Step() ? next.Time(0) : null);
    }

    public static IReadOnlyList<WaitingWebhook> ListWaiting(Connection connection)
    {
        var found = new List<WaitingWebhook>();
        using var rows = connection.Use(FindWaiting);
        while (rows.Step())
        {
            found.Add(new WaitingWebhook(rows.Text(0), rows.Text(1), rows.Time(2)));
        }

        return found;
    }

    private static DeliveryRecord Lease(WriteSession session, StoredDelivery stored, long owner, DateTimeOffset now, TimeSpan leaseFor)
    {
        var leased = DeliveryTransitions.Claim(stored.Delivery, now);
        return DeliveryRows.Save(session, stored.Seq, leased, owner, now + leaseFor);
    }

    private static long? FindLiveWebhook(WriteSession session, string id)
    {
        using var row = session.Use(FindWebhook).Bind(id);
        return row.Step() ? row.Long(0) : null;
    }
}
