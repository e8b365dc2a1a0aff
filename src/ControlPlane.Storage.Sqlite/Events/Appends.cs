namespace ControlPlane.Storage.Sqlite;

/// <summary>Storing events with their deliveries. Everything is looked at before anything is written.</summary>
internal static class Appends
{
    private static readonly Sql FindWebhook = new(
        "SELECT seq, head_of_line FROM webhooks WHERE id = ? AND tenant_seq = ? AND delete_time IS NULL");

    private const string Columns =
        """
        INSERT INTO deliveries (seq, id, tenant_seq, webhook_seq, event_seq, type_seq, instance_seq, create_time, update_time,
          revision, state, end_reason, trigger, attempt_count, round_attempts, round_start, next_due, last_status,
          last_failure, fence, owner_seq, lease_until
        """;

    private const string Values = "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10, 0, ?11, 0, 0, ?8, ?12, 0, 0, ?13, ?14, ?15";

    private static readonly Sql InsertDelivery = new(Columns + ")\n" + Values + ")");
    private static readonly Sql InsertInLine = new(Columns + ", line, line_due)\n" + Values + ", ?16, ?17)");

    public static AppendResult Append(WriteSession session, AppendRequest request)
    {
        if (TenantRows.FindConfig(session.Connection, request.TenantId) is not { } tenant)
        {
            return new AppendResult.TenantNotFound();
        }

        if (tenant.ConfigVersion != request.ConfigVersion)
        {
            return new AppendResult.StaleConfig();
        }

        var originals = new Originals(session.Connection, tenant.Seq, request.Events.Count);
        for (var i = 0; i < request.Events.Count; i++)
        {
            if (!originals.Look(request.Events[i], i))
            {
                return new AppendResult.Conflict(i);
            }
        }

        var appended = new AppendedEvent[request.Events.Count];
        for (var i = 0; i < appended.Length; i++)
        {
            appended[i] = originals[i] switch
            {
                { Seq: { } stored } => new AppendedEvent(EventRows.Get(session.Connection, stored), true, []),
                { Index: var first } when first < i => new AppendedEvent(appended[first].Event, true, []),
                _ => AppendOne(session, request, request.Events[i], tenant.Seq),
            };
        }

        return new AppendResult.Appended(appended);
    }

    private static AppendedEvent AppendOne(WriteSession session, AppendRequest request, NewEvent added, long tenant)
    {
        var keys = new EventKeys(
            tenant,
            session.Intern(NameKind.EventType, added.Event.Type),
            session.Intern(NameKind.Instance, added.Event.Instance),
            added.Event.OrderingKey.Length > 0 ? Line.KeyOf(added.Event.OrderingKey) : null);
        var seq = EventRows.Insert(session, added, keys);
        var deliveries = new DeliveryRecord[added.Deliveries.Count];
        for (var i = 0; i < deliveries.Length; i++)
        {
            deliveries[i] = AddDelivery(session, request, added, added.Deliveries[i], keys, seq);
        }

        var stored = added.Event with { Payload = null, DeliveryCount = deliveries.Length };
        return new AppendedEvent(stored, false, deliveries);
    }

    private static DeliveryRecord AddDelivery(
        WriteSession session, AppendRequest request, NewEvent added, NewDelivery delivery, EventKeys keys, long eventSeq)
    {
        var time = added.Event.CreateTime;
        var (webhook, headOfLine) = FindReceiver(session, delivery.WebhookId, keys.Tenant);
        Line? line = keys.Line is { } key && delivery.Trigger != DeliveryTrigger.Test ? new Line(webhook, key, headOfLine) : null;
        var held = line is { } busy && Lines.IsBusy(session.Connection, busy, time);
        var leased = delivery.Leased && !held;
        var record = new DeliveryRecord
        {
            Id = delivery.Id,
            EventId = added.Event.Id,
            WebhookId = delivery.WebhookId,
            TenantId = request.TenantId,
            EventType = added.Event.Type,
            Instance = added.Event.Instance,
            OrderingKey = line is null ? "" : added.Event.OrderingKey,
            State = leased ? DeliveryState.InFlight : DeliveryState.Pending,
            Trigger = delivery.Trigger,
            RoundStartTime = time,
            NextAttemptTime = leased ? null : time,
            Revision = ++session.Counters.Revision,
            Fence = leased ? 1 : 0,
            CreateTime = time,
            UpdateTime = time,
        };
        using var row = session.Use(line is null ? InsertDelivery : InsertInLine)
            .Bind(++session.Counters.DeliverySeq).Bind(record.Id).Bind(keys.Tenant)
            .Bind(webhook).Bind(eventSeq).Bind(keys.Type).Bind(keys.Instance)
            .Bind(time).Bind(record.Revision).Bind((long)record.State).Bind((long)record.Trigger)
            .Bind(held ? null : record.NextAttemptTime).Bind(record.Fence)
            .Bind(leased ? session.Intern(NameKind.Owner, request.Owner) : null)
            .Bind(leased ? request.LeaseUntil : null);
        if (line is { } joined)
        {
            row.Bind(joined.Key).Bind(held ? time : null);
        }

        row.Run();
        session.Counters.NoteChange(time);
        session.NoteRow();
        session.Changes.Add(record);
        session.Backlog.Add(record.TenantId, 1);
        return record;
    }

    private static (long Seq, HeadOfLine HeadOfLine) FindReceiver(WriteSession session, string id, long tenant)
    {
        using var row = session.Use(FindWebhook).Bind(id).Bind(tenant);
        return row.Step() ? (row.Long(0), (HeadOfLine)row.Int(1)) : throw new ArgumentException($"The tenant has no webhook {id}.");
    }
}
