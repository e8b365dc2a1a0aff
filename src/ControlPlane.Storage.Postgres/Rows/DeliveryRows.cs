using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>Rows of deliveries as records.</summary>
internal static class DeliveryRows
{
    /// <summary>What a delivery belongs to is found by the delivery. With an expression in place of its column the planner cannot go the
    /// other way, which looks as good to it as long as it has no statistics, and reads all that its owner has of the day.</summary>
    private const string Owners = "JOIN webhooks w ON w.seq = d.webhook_seq + 0 JOIN tenants t ON t.seq = d.tenant_seq + 0 ";

    public const string Columns =
        """
        d.seq, d.tenant_seq, d.webhook_seq, d.event_seq, d.blocked, d.lease_owner, d.lease_until, w.delete_time IS NOT NULL, w.head_of_line,
        d.id, d.event_id, w.id, t.id, d.event_type, d.instance, coalesce(d.line, ''), d.state, d.trigger, d.end_reason, d.attempt_count,
        d.round_attempts, d.round_start, d.due, d.last_status, d.last_failure, d.revision, d.fence, d.create_time, d.update_time,
        d.erased 
        """;

    public const string Select = "SELECT " + Columns + "FROM deliveries d " + Owners;

    /// <summary>Deliveries of the rows that are put in for <c>{0}</c>.</summary>
    public const string SelectFrom = "SELECT " + Columns + "FROM {0} d " + Owners;

    /// <summary>The columns of a delivery with the given id, without a lock.</summary>
    public const string SelectById = Select + "WHERE d.id = $1 AND d.seq >= $2";

    public static StoredDelivery Read(NpgsqlDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), ReadDelivery(row), row.GetBoolean(4), row.TextOrNull(5),
        row.TimeOrNull(6), row.GetBoolean(7), (HeadOfLine)row.GetInt16(8))
    {
        Erased = (EndReason)row.GetInt16(29),
    };

    public static DeliveryRecord ReadDelivery(NpgsqlDataReader row) => new()
    {
        Id = row.GetString(9),
        EventId = row.GetString(10),
        WebhookId = row.GetString(11),
        TenantId = row.GetString(12),
        EventType = row.GetString(13),
        Instance = row.GetString(14),
        OrderingKey = row.GetString(15),
        State = (DeliveryState)row.GetInt16(16),
        Trigger = (DeliveryTrigger)row.GetInt16(17),
        EndReason = (EndReason)row.GetInt16(18),
        AttemptCount = row.GetInt32(19),
        RoundAttempts = row.GetInt32(20),
        RoundStartTime = row.Time(21),
        NextAttemptTime = row.TimeOrNull(22),
        LastStatusCode = row.GetInt32(23),
        LastFailure = (FailureKind)row.GetInt16(24),
        Revision = row.GetInt64(25),
        Fence = row.GetInt64(26),
        CreateTime = row.Time(27),
        UpdateTime = row.Time(28),
    };
}
