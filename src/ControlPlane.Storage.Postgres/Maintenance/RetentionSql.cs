namespace ControlPlane.Storage.Postgres;

/// <summary>
/// The statements of retention. A row is as old as those before it, so everything from the first row on that is neither expired nor ahead
/// of the clock stays.
/// </summary>
internal static class RetentionSql
{
    /// <summary>Rows that one step looks at.</summary>
    public const int LookAtMost = 5_000;

    /// <summary>The first event that is young: $1 to $2.</summary>
    public const string FindYoungEvent =
        "SELECT seq FROM events WHERE create_time >= $1 AND create_time <= $2 ORDER BY seq LIMIT 1";

    /// <summary>The first change that is young: $1 to $2.</summary>
    public const string FindYoungChange =
        "SELECT revision FROM deliveries WHERE lease_until IS NULL AND update_time >= $1 AND update_time <= $2 ORDER BY revision LIMIT 1";

    /// <summary>Whether delivery d is one of the last $1 dead letters of a webhook that was not deleted.</summary>
    public const string IsKept =
        """
        (d.state = 5 AND coalesce((SELECT k.delete_time IS NULL FROM webhooks k WHERE k.seq = d.webhook_seq), false)
          AND (SELECT count(*) FROM (SELECT 1 FROM deliveries o WHERE o.webhook_seq = d.webhook_seq AND o.state = 5 AND o.seq > d.seq LIMIT $1) q) < $1)
        """;

    /// <summary>Whether a delivery of event e needs its payload.</summary>
    private const string IsNeeded =
        "(EXISTS (SELECT 1 FROM deliveries d WHERE d.seq BETWEEN e.first_delivery AND e.first_delivery + e.delivery_count - 1 AND (d.end_reason = 0 OR "
        + IsKept + ")) OR EXISTS (SELECT 1 FROM later_deliveries l JOIN deliveries d ON d.seq = l.delivery_seq WHERE l.event_seq = e.seq AND (d.end_reason = 0 OR "
        + IsKept + ")))";

    /// <summary>Whether an event between $2 and $3 has a delivery created later that is unfinished or kept.</summary>
    public const string IsNeededLater =
        "SELECT EXISTS (SELECT 1 FROM later_deliveries l JOIN deliveries d ON d.seq = l.delivery_seq WHERE l.event_seq > $2 AND l.event_seq <= $3 AND (d.end_reason = 0 OR "
        + IsKept + "))";

    /// <summary>Whether an event between $1 and $2 has a delivery created later that changed after revision $3; with -1 whether it has any.</summary>
    public const string IsChangedLater =
        """
        SELECT EXISTS (SELECT 1 FROM later_deliveries l JOIN deliveries d ON d.seq = l.delivery_seq
          WHERE l.event_seq > $1 AND l.event_seq <= $2 AND d.revision > $3)
        """;

    /// <summary>Deliveries that are removed: of $1 between $2 and $3.</summary>
    public const string DeleteLater = "DELETE FROM later_deliveries WHERE delivery_seq = ANY($1) AND delivery_seq BETWEEN $2 AND $3";

    /// <summary>Of a day that is dropped: after $1 up to $2.</summary>
    public const string DeleteLaterOfDay = "DELETE FROM later_deliveries WHERE delivery_seq > $1 AND delivery_seq <= $2";

    private const string HasNoDelivery =
        """
        NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.seq BETWEEN e.first_delivery AND e.first_delivery + e.delivery_count - 1)
          AND NOT EXISTS (SELECT 1 FROM later_deliveries l WHERE l.event_seq = e.seq)
        """;

    /// <summary>The last event to look at from $1 up to before $2; null if there are fewer than that many.</summary>
    public const string FindLastEvent = "SELECT seq FROM events WHERE seq > $1 AND seq < $2 ORDER BY seq OFFSET 4999 LIMIT 1";

    /// <summary>Locks payloads that nobody needs: $2 from, $3 before, $4 last, $5 expiry, $6 how many.</summary>
    public const string LockPayloads =
        "SELECT p.event_seq FROM events e JOIN payloads p ON p.event_seq = e.seq WHERE e.seq > $2 AND e.seq < $3 AND e.seq <= $4 AND e.create_time < $5 AND NOT "
        + IsNeeded + " ORDER BY e.seq LIMIT $6 FOR UPDATE OF p";

    /// <summary>Removes payloads that nobody needs now that they are locked.</summary>
    public const string DeletePayloads =
        "DELETE FROM payloads p USING events e WHERE p.event_seq = ANY($2) AND p.event_seq BETWEEN $3 AND $4 AND e.seq = p.event_seq AND NOT "
        + IsNeeded + " RETURNING p.event_seq";

    /// <summary>The last change to look at from $1 up to before $2; null if there are fewer than that many.</summary>
    public const string FindLastChange = "SELECT revision FROM deliveries WHERE revision > $1 AND revision < $2 ORDER BY revision OFFSET 4999 LIMIT 1";

    /// <summary>Locks deliveries that expired: $2 from, $3 before, $4 last, $5 expiry, $6 how many.</summary>
    public const string LockDeliveries =
        "SELECT d.seq, d.revision FROM deliveries d WHERE d.revision > $2 AND d.revision < $3 AND d.revision <= $4 AND d.update_time < $5 AND d.end_reason <> 0 AND NOT "
        + IsKept + " ORDER BY d.revision LIMIT $6 FOR UPDATE OF d";

    public const string DeleteAttempts = "DELETE FROM attempts WHERE delivery_seq = ANY($1) AND delivery_seq BETWEEN $2 AND $3";

    public const string DeleteDeliveries = "DELETE FROM deliveries WHERE seq = ANY($1) AND seq BETWEEN $2 AND $3";

    /// <summary>Locks events of which no delivery is left: $1 from, $2 before, $3 last, $4 expiry, $5 how many.</summary>
    public const string LockEvents =
        "SELECT e.seq FROM events e WHERE e.seq > $1 AND e.seq < $2 AND e.seq <= $3 AND e.create_time < $4 AND "
        + HasNoDelivery + " ORDER BY e.seq LIMIT $5 FOR UPDATE OF e";

    /// <summary>Those that have none now that they are locked: of $1 between $2 and $3.</summary>
    public const string FindBare = "SELECT e.seq FROM events e WHERE e.seq = ANY($1) AND e.seq BETWEEN $2 AND $3 AND " + HasNoDelivery + " ORDER BY e.seq";

    public const string DeleteNames = "DELETE FROM event_names WHERE event_seq = ANY($1)";
    public const string DeleteEventPayloads = "DELETE FROM payloads WHERE event_seq = ANY($1) AND event_seq BETWEEN $2 AND $3";
    public const string DeleteEvents = "DELETE FROM events WHERE seq = ANY($1) AND seq BETWEEN $2 AND $3 RETURNING seq";

    /// <summary>Events with a time of their own to expire that has come: $1 now, $2 how many.</summary>
    public const string FindExpired =
        "SELECT seq FROM events WHERE expire_time <= $1 AND expire_time IS NOT NULL AND erase_time IS NULL ORDER BY expire_time LIMIT $2";

    public const string DeleteWebhooks =
        """
        WITH gone AS (
          DELETE FROM webhooks WHERE seq IN (
            SELECT w.seq FROM webhooks w WHERE w.delete_time < $1 AND w.delete_time IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.webhook_seq = w.seq)
            LIMIT $2)
          RETURNING seq),
        uncounted AS (DELETE FROM webhook_backlogs WHERE webhook_seq IN (SELECT seq FROM gone))
        SELECT seq FROM gone
        """;

    public const string DeleteRedrives =
        "DELETE FROM redrives WHERE seq IN (SELECT seq FROM redrives WHERE state IN (2, 3) AND update_time < $1 LIMIT $2) RETURNING seq";

    public const string DeleteAudit =
        "DELETE FROM audit_events WHERE seq IN (SELECT seq FROM audit_events WHERE seq < $1 ORDER BY seq LIMIT $2) RETURNING seq";

    /// <summary>Sessions of portals that ended before $1, at most $2.</summary>
    public const string DeleteSessions =
        "DELETE FROM api_keys WHERE seq IN (SELECT seq FROM api_keys WHERE starts_with(id, 'psn_') AND expire_time < $1 LIMIT $2) RETURNING seq";

    /// <summary>Everything up to the current revision was changed by then. Where too much came since the last mark to look at, that is now.</summary>
    public const string Mark =
        """
        INSERT INTO change_marks (revision, latest)
        SELECT s.revision, coalesce(greatest(l.latest, CASE WHEN s.revision - coalesce(l.revision, 0) <= 1000000
          THEN (SELECT max(d.update_time) FROM deliveries d WHERE d.revision > coalesce(l.revision, 0) AND d.revision <= s.revision)
          ELSE $1 END), $1)
        FROM store s LEFT JOIN LATERAL (SELECT m.revision, m.latest FROM change_marks m ORDER BY m.revision DESC LIMIT 1) l ON true
        WHERE s.revision > coalesce(l.revision, 0)
        RETURNING revision
        """;

    public const string DeleteMarks = "DELETE FROM change_marks WHERE revision < (SELECT revision_floor FROM store)";
}
