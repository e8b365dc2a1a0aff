using System.Text.Json;
using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Adding entries of another store as they are.</summary>
internal static class CopyWrites
{
    private static readonly Sql FinishTenant = new(
        "UPDATE tenants SET config_version = ?, webhook_number = ?, delete_time = ?, external_id = ? WHERE seq = ?");

    private static readonly Sql FindWebhook = new("SELECT seq, head_of_line FROM webhooks WHERE id = ?");

    private static readonly Sql InsertRedrive = new(
        """
        INSERT INTO redrives (id, tenant_seq, state, terms, revision, end_position, position, matched, retried, skipped, create_time,
          update_time)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """);

    private static readonly Sql FindEvent = new("SELECT seq, type_seq, instance_seq FROM events WHERE id = ? AND tenant_seq = ?");
    private static readonly Sql FindDelivery = new("SELECT seq FROM deliveries WHERE id = ?");

    public static bool Add(WriteSession session, IReadOnlyList<StoreEntry> entries)
    {
        foreach (var entry in entries)
        {
            Add(session, entry);
        }

        return true;
    }

    private static void Add(WriteSession session, StoreEntry entry)
    {
        switch (entry)
        {
            case StoreEntry.Tenant tenant:
                AddTenant(session, tenant);
                break;
            case StoreEntry.ApiKey { Record: var key }:
                KeyRows.Insert(session, key, key.TenantId is { } tenantId ? TenantKeys.FindSeq(session.Connection, tenantId) : null);
                break;
            case StoreEntry.Webhook { Record: var webhook } added:
                WebhookRows.Insert(session, TenantKeys.FindSeq(session.Connection, webhook.TenantId)!.Value, webhook, added.DeleteTime);
                break;
            case StoreEntry.EventType { Record: var type }:
                EventTypeRows.Insert(session, TenantKeys.FindSeq(session.Connection, type.TenantId)!.Value, type);
                break;
            case StoreEntry.PublishedEvent added:
                AddEvent(session, added);
                break;
            case StoreEntry.LaterDelivery { Delivery: var later }:
                AddLater(session, later);
                break;
            case StoreEntry.AuditEvent { Record: var audit }:
                AuditRows.Insert(session, audit);
                break;
            case StoreEntry.Redrive redrive:
                AddRedrive(session, redrive);
                break;
        }
    }

    private static void AddTenant(WriteSession session, StoreEntry.Tenant tenant)
    {
        // Its external id comes last: another one can have that of a deleted tenant.
        TenantRows.Insert(session.Connection, ++session.Counters.TenantSeq, tenant.Record with { ExternalId = "" });
        session.Use(FinishTenant)
            .Bind(tenant.ConfigVersion).Bind(tenant.WebhookNumber).Bind(tenant.DeleteTime)
            .Bind(WebhookRows.NullIfEmpty(tenant.Record.ExternalId)).Bind(session.Counters.TenantSeq)
            .Run();
    }

    private static void AddEvent(WriteSession session, StoreEntry.PublishedEvent added)
    {
        var record = added.Record;
        var row = new EventRow(
            new NewEvent(record, [], added.Fingerprint),
            ++session.Counters.EventSeq,
            session.Refs.FindTenant(record.TenantId)?.Seq ?? TenantKeys.FindSeq(session.Connection, record.TenantId)!.Value,
            session.Intern(TextKind.EventType, record.Type),
            session.Intern(TextKind.Instance, record.Instance),
            session.Counters.DeliverySeq + 1);
        EventRows.Insert(session, row, record.DeliveryCount);
        session.Counters.NoteEvent(record.CreateTime);
        var seq = session.Counters.DeliverySeq;
        // Also for those that were removed: no number is given twice.
        session.Counters.DeliverySeq += record.DeliveryCount;
        foreach (var delivery in added.Deliveries)
        {
            AddDelivery(session, row, ++seq, delivery);
        }
    }

    private static void AddLater(WriteSession session, DeliveryEntry later)
    {
        var record = later.Record;
        var tenant = TenantKeys.FindSeq(session.Connection, record.TenantId)!.Value;
        using var found = session.Use(FindEvent).Bind(record.EventId).Bind(tenant);
        found.Step();
        var source = new EventRow(
            new NewEvent(EventRows.Get(session.Connection, found.Long(0)), [], null), found.Long(0), tenant, found.Long(1), found.Long(2), 0);
        session.Counters.NoteEvent(record.CreateTime);
        var seq = ++session.Counters.DeliverySeq;
        AddDelivery(session, source, seq, later);
        LaterDeliveries.Insert(session, seq, source.Seq, tenant, FindWebhookSeq(session, tenant, record.WebhookId));
    }

    private static long FindWebhookSeq(WriteSession session, long tenant, string id) =>
        (session.Refs.FindReceiver(tenant, id) ?? FindDeleted(session, id)).Seq;

    private static void AddDelivery(WriteSession session, in EventRow source, long seq, DeliveryEntry delivery)
    {
        var record = delivery.Record;
        var webhook = session.Refs.FindReceiver(source.Tenant, record.WebhookId) ?? FindDeleted(session, record.WebhookId);
        OrderingLine? line = OrderingRules.HasPlace(record.OrderingKey, record.Trigger)
            ? new OrderingLine(webhook.Seq, OrderingLine.KeyOf(record.OrderingKey), webhook.HeadOfLine) : null;
        var blocked = line is { } joined && record.NextAttemptTime is not null && OrderingLines.IsBusy(session.Connection, joined, session.Now);
        var leased = record.State == DeliveryState.InFlight;
        DeliveryRows.InsertWhole(
            session,
            new DeliveryRow(
                seq, record, source, webhook.Seq,
                leased ? session.Intern(TextKind.Owner, "") : null,
                leased ? session.Now : null),
            line?.Key,
            blocked);
        session.Counters.LatestChange = Math.Max(session.Counters.LatestChange, record.UpdateTime.ToMicroseconds());
        foreach (var attempt in delivery.Attempts)
        {
            AttemptRows.Add(session, seq, attempt.Number, attempt);
        }

        if (record.State == DeliveryState.Dead)
        {
            DeadLetterRows.Insert(session, seq);
        }
    }

    private static WebhookRef FindDeleted(WriteSession session, string id)
    {
        using var row = session.Use(FindWebhook).Bind(id);
        return row.Step() ? new WebhookRef(row.Long(0), (HeadOfLine)row.Int(1)) : throw new InvalidOperationException($"There is no webhook {id}.");
    }

    private static void AddRedrive(WriteSession session, StoreEntry.Redrive added)
    {
        var redrive = added.Record;
        session.Use(InsertRedrive)
            .Bind(redrive.Id).Bind(redrive.Filter.TenantId is { } tenant ? TenantKeys.FindSeq(session.Connection, tenant) : null)
            .Bind((long)redrive.State)
            .Bind(JsonSerializer.Serialize(new RedriveTerms(redrive.Filter, redrive.MaxRatePerSecond, redrive.Replay), Json.Default.RedriveTerms))
            .Bind(added.ScopeRevision).Bind(After(session, redrive, added.ScopeTo)).Bind(After(session, redrive, added.DoneTo))
            .Bind(redrive.Matched).Bind(redrive.Retried).Bind(redrive.Skipped).Bind(redrive.CreateTime).Bind(redrive.UpdateTime)
            .Run();
    }

    /// <summary>The position after a delivery, or after an event of a replay.</summary>
    private static long After(WriteSession session, RedriveRecord redrive, string? id)
    {
        if (id is null)
        {
            return 0;
        }

        using var row = redrive.Replay is null
            ? session.Use(FindDelivery).Bind(id)
            : session.Use(FindEvent).Bind(id).Bind(TenantKeys.FindSeq(session.Connection, redrive.Filter.TenantId!));
        return row.Step() ? row.Long(0) + 1 : throw new InvalidOperationException($"There is no {id}.");
    }
}
