using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Delivery rows as records.</summary>
internal static class DeliveryRows
{
    /// <summary>Selects what <see cref="Read"/> reads; to be continued with WHERE on <c>d</c>. The joins are all by seq.</summary>
    public const string Select =
        """
        SELECT d.seq, d.id, e.id, w.id, t.id, ty.text, n.text, d.state, d.trigger, d.end_reason, d.attempt_count,
          d.round_attempts, d.round_start, coalesce(d.next_due, d.line_due), d.last_status, d.last_failure, d.revision, d.fence, d.create_time,
          d.update_time, w.delete_time IS NOT NULL, d.event_seq,
          CASE WHEN d.line IS NOT NULL THEN e.ordering_key END, d.webhook_seq, d.line, w.head_of_line, e.expire_time,
          e.erase_time
        FROM deliveries d
          CROSS JOIN events e ON e.seq = d.event_seq
          CROSS JOIN webhooks w ON w.seq = d.webhook_seq
          CROSS JOIN tenants t ON t.seq = d.tenant_seq
          CROSS JOIN names ty ON ty.seq = d.type_seq
          CROSS JOIN names n ON n.seq = d.instance_seq

        """;

    private const string Columns =
        """
        deliveries (seq, id, tenant_seq, webhook_seq, event_seq, type_seq, instance_seq, create_time, update_time, round_start,
          revision, state, trigger, next_due, fence, owner_seq, lease_until, end_reason, attempt_count, round_attempts, last_status,
          last_failure
        """;

    private const string Values = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0";

    private static readonly Insertion InsertMany = new(Columns + ")", Values + ")");
    private static readonly Sql InsertOneInLine = new("INSERT INTO " + Columns + ", line, line_due)\nVALUES " + Values + ", ?, ?)");
    private static readonly Sql InsertOneWhole = new(
        """
        INSERT INTO deliveries (seq, id, tenant_seq, webhook_seq, event_seq, type_seq, instance_seq, create_time, update_time, round_start,
          revision, state, trigger, next_due, fence, owner_seq, lease_until, end_reason, attempt_count, round_attempts, last_status,
          last_failure, line, line_due)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """);

    private static readonly Sql ById = new(Select + "WHERE d.id = ?");
    private static readonly Sql BySeq = new(Select + "WHERE d.seq = ?");

    private static readonly Sql Update = new(
        """
        UPDATE deliveries SET state = ?, trigger = ?, end_reason = ?, attempt_count = ?, round_attempts = ?, round_start = ?,
          next_due = ?, last_status = ?, last_failure = ?, revision = ?, fence = ?, update_time = ?, owner_seq = ?,
          lease_until = ?
        WHERE seq = ?
        """);

    /// <summary>What changes when the lease of a delivery in no line ends with it. Names no column that an index of waiting ones has.</summary>
    private static readonly Sql UpdateEnd = new(
        """
        UPDATE deliveries SET state = ?, end_reason = ?, attempt_count = ?, round_attempts = ?, last_status = ?, last_failure = ?,
          revision = ?, update_time = ?, owner_seq = NULL, lease_until = NULL
        WHERE seq = ?
        """);

    public static StoredDelivery? Find(Connection connection, string id)
    {
        using var row = connection.Use(ById).Bind(id);
        return row.Step() ? ReadStored(row) : null;
    }

    public static StoredDelivery Get(Connection connection, long seq)
    {
        using var row = connection.Use(BySeq).Bind(seq);
        return row.Step() ? ReadStored(row) : throw new InvalidOperationException($"There is no delivery {seq}.");
    }

    /// <summary>Stores deliveries that stand in no line.</summary>
    public static void Insert(WriteSession session, List<DeliveryRow> rows) =>
        InsertMany.Run(session, rows, static (statement, row) => Bind(statement, row, row.Record.NextAttemptTime));

    /// <summary>Stores a delivery in its line.</summary>
    public static void InsertInLine(WriteSession session, in DeliveryRow row, long line, bool blocked)
    {
        var due = row.Record.NextAttemptTime;
        Bind(session.Use(InsertOneInLine), row, blocked ? null : due).Bind(line).Bind(blocked ? due : null).Run();
    }

    /// <summary>Stores a delivery as it is, under the revision that it has.</summary>
    public static void InsertWhole(WriteSession session, in DeliveryRow row, long? line, bool blocked)
    {
        var record = row.Record;
        session.Use(InsertOneWhole)
            .Bind(row.Seq).Bind(record.Id).Bind(row.Source.Tenant).Bind(row.Webhook).Bind(row.Source.Seq)
            .Bind(row.Source.Type).Bind(row.Source.Instance).Bind(record.CreateTime).Bind(record.UpdateTime).Bind(record.RoundStartTime)
            .Bind(record.Revision).Bind((long)record.State).Bind((long)record.Trigger).Bind(blocked ? null : record.NextAttemptTime)
            .Bind(record.Fence).Bind(row.Owner).Bind(row.LeaseUntil).Bind((long)record.EndReason).Bind(record.AttemptCount)
            .Bind(record.RoundAttempts).Bind(record.LastStatusCode).Bind((long)record.LastFailure)
            .Bind(line).Bind(blocked ? record.NextAttemptTime : null)
            .Run();
    }

    private static Statement Bind(Statement statement, in DeliveryRow row, DateTimeOffset? nextDue)
    {
        var record = row.Record;
        var time = record.CreateTime.ToMicroseconds();
        return statement
            .Bind(row.Seq).Bind(record.Id).Bind(row.Source.Tenant).Bind(row.Webhook).Bind(row.Source.Seq)
            .Bind(row.Source.Type).Bind(row.Source.Instance).Bind(time).Bind(time).Bind(time).Bind(record.Revision)
            .Bind((long)record.State).Bind((long)record.Trigger).Bind(nextDue).Bind(record.Fence).Bind(row.Owner).Bind(row.LeaseUntil);
    }

    /// <summary>Stores a delivery's new state under a new revision; returns it with that. What has ended is not ended again. A delivery
    /// that is blocked in its line must not stay so without a word to <see cref="OrderingLines"/>.</summary>
    public static DeliveryRecord Save(
        WriteSession session, long seq, DeliveryRecord delivery, long? owner = null, DateTimeOffset? leaseUntil = null)
    {
        delivery = delivery with { Revision = ++session.Counters.Revision };
        session.Use(Update)
            .Bind((long)delivery.State).Bind((long)delivery.Trigger).Bind((long)delivery.EndReason)
            .Bind(delivery.AttemptCount).Bind(delivery.RoundAttempts).Bind(delivery.RoundStartTime)
            .Bind(delivery.NextAttemptTime).Bind(delivery.LastStatusCode).Bind((long)delivery.LastFailure)
            .Bind(delivery.Revision).Bind(delivery.Fence).Bind(delivery.UpdateTime).Bind(owner).Bind(leaseUntil)
            .Bind(seq)
            .Run();
        NoteSaved(session, seq, delivery);
        return delivery;
    }

    /// <summary>The same for a delivery in no line whose attempt ended it.</summary>
    public static DeliveryRecord SaveEnd(WriteSession session, long seq, DeliveryRecord delivery)
    {
        delivery = delivery with { Revision = ++session.Counters.Revision };
        session.Use(UpdateEnd)
            .Bind((long)delivery.State).Bind((long)delivery.EndReason).Bind(delivery.AttemptCount).Bind(delivery.RoundAttempts)
            .Bind(delivery.LastStatusCode).Bind((long)delivery.LastFailure).Bind(delivery.Revision).Bind(delivery.UpdateTime)
            .Bind(seq)
            .Run();
        NoteSaved(session, seq, delivery);
        return delivery;
    }

    private static void NoteSaved(WriteSession session, long seq, DeliveryRecord delivery)
    {
        session.Counters.NoteChange(delivery.UpdateTime);
        session.NoteRow();
        session.Leased.Note(seq, delivery);
        session.Backlog.Note(delivery, opened: delivery.Ended ? -1 : 0);
        if (delivery.State == DeliveryState.Dead)
        {
            DeadLetterRows.Insert(session, seq);
        }
    }

    public static DeliveryRecord Read(Statement row) => new()
    {
        Id = row.Text(1),
        EventId = row.Text(2),
        WebhookId = row.Text(3),
        TenantId = row.Text(4),
        EventType = row.Text(5),
        Instance = row.Text(6),
        OrderingKey = row.TextOrNull(22) ?? "",
        State = (DeliveryState)row.Int(7),
        Trigger = (DeliveryTrigger)row.Int(8),
        EndReason = (EndReason)row.Int(9),
        AttemptCount = row.Int(10),
        RoundAttempts = row.Int(11),
        RoundStartTime = row.Time(12),
        NextAttemptTime = row.TimeOrNull(13),
        LastStatusCode = row.Int(14),
        LastFailure = (FailureKind)row.Int(15),
        Revision = row.Long(16),
        Fence = row.Long(17),
        CreateTime = row.Time(18),
        UpdateTime = row.Time(19),
    };

    private static StoredDelivery ReadStored(Statement row) => new(
        row.Long(0), Read(row), row.Bool(20), row.Long(21),
        row.LongOrNull(24) is { } key ? new OrderingLine(row.Long(23), key, (HeadOfLine)row.Int(25)) : null)
    {
        Erased = ErasureRules.ReasonOf(row.TimeOrNull(26), row.TimeOrNull(27)),
    };
}

/// <summary>A delivery with what only the engine knows of it.</summary>
internal readonly record struct StoredDelivery(long Seq, DeliveryRecord Delivery, bool WebhookDeleted, long EventSeq, OrderingLine? Line)
{
    /// <summary>Why it ends when it was not sent: None if its event was not erased.</summary>
    public EndReason Erased { get; init; }
}
