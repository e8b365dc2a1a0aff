namespace ControlPlane.Storage.Postgres;

/// <summary>The statements about how attempts ended.</summary>
internal static class StatsSql
{
    /// <summary>Adds what owners $2 have in minute $1: $3, as texts, since arrays of an array must be of one length.</summary>
    public const string Add =
        """
        INSERT INTO stats_minutes AS s SELECT $1, u.owner, u.counts::integer[] FROM unnest($2::bigint[], $3::text[]) u (owner, counts)
        ON CONFLICT (minute, owner) DO UPDATE SET counts = stats_add(s.counts, excluded.counts)
        """;

    public const string AddWaiting =
        """
        INSERT INTO webhook_backlogs AS b (webhook_seq, waiting) SELECT * FROM unnest($1::bigint[], $2::bigint[])
        ON CONFLICT (webhook_seq) DO UPDATE SET waiting = b.waiting + excluded.waiting
        """;

    /// <summary>What owner $1 has in minutes $2 to $3 and hours $4 to $5. One statement, so that none is seen on its way from one to the
    /// other; a seek for each, since others have as many.</summary>
    internal const string Find =
        """
        SELECT true, m.minute, m.counts
        FROM generate_series(greatest($2, (SELECT min(minute) FROM stats_minutes)), $3) n
          CROSS JOIN LATERAL (SELECT minute, counts FROM stats_minutes WHERE minute = n AND owner = $1 LIMIT 1) m
        UNION ALL
        SELECT false, h.hour, h.counts
        FROM generate_series($4::bigint, $5::bigint) n
          CROSS JOIN LATERAL (SELECT hour, counts FROM stats_hours WHERE hour = n AND owner = $1 LIMIT 1) h
        """;

    /// <summary>Webhook $1: its number, deliveries that are leased, and those that wait.</summary>
    public const string FindWebhook =
        """
        SELECT w.seq, (SELECT count(*) FROM deliveries d WHERE d.lease_until IS NOT NULL AND d.webhook_seq = w.seq), coalesce(b.waiting, 0)
        FROM webhooks w LEFT JOIN webhook_backlogs b ON b.webhook_seq = w.seq
        WHERE w.id = $1 AND w.delete_time IS NULL
        """;

    /// <summary>Tenant $1: its number below zero, and the same.</summary>
    public const string FindTenant =
        """
        SELECT -t.seq, leased.number, coalesce(b.open, 0) - leased.number
        FROM tenants t LEFT JOIN backlogs b ON b.tenant_seq = t.seq
          CROSS JOIN LATERAL (SELECT count(*) AS number FROM deliveries d WHERE d.lease_until IS NOT NULL AND d.tenant_seq = t.seq) leased
        WHERE t.id = $1 AND t.delete_time IS NULL
        """;

    /// <summary>The oldest of the $2 waiting deliveries of webhook $1 that are due first, and of as many that are behind in their lines.</summary>
    public const string FindOldest =
        """
        SELECT min(create_time) FROM (
          (SELECT create_time FROM deliveries WHERE webhook_seq = $1 AND due IS NOT NULL AND NOT blocked ORDER BY due LIMIT $2)
          UNION ALL
          (SELECT create_time FROM deliveries WHERE webhook_seq = $1 AND blocked LIMIT $2)) waiting
        """;

    /// <summary>Moves up to $2 counts of minutes before $1 into their hours.</summary>
    public const string Fold =
        """
        WITH old AS (
          DELETE FROM stats_minutes m
          USING (SELECT minute, owner FROM stats_minutes WHERE minute < $1 ORDER BY minute, owner LIMIT $2) o
          WHERE m.minute = o.minute AND m.owner = o.owner
          RETURNING m.minute, m.owner, m.counts)
        INSERT INTO stats_hours AS h SELECT minute / 60, owner, stats_sum(counts) FROM old GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (hour, owner) DO UPDATE SET counts = stats_add(h.counts, excluded.counts)
        RETURNING 1
        """;

    /// <summary>Removes up to $2 counts of hours before $1.</summary>
    public const string DeleteHours =
        """
        DELETE FROM stats_hours h USING (SELECT hour, owner FROM stats_hours WHERE hour < $1 ORDER BY hour, owner LIMIT $2) o
        WHERE h.hour = o.hour AND h.owner = o.owner
        RETURNING 1
        """;
}
