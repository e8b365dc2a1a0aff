namespace ControlPlane.Storage.Sqlite;

/// <summary>Reading a store from beginning to end.</summary>
internal static class CopyReads
{
    private const string After = " > ? ORDER BY 1 LIMIT ?";

    private static readonly Sql Meta = new("SELECT store_id FROM meta");

    private static readonly Sql Tenants = new(
        """
        SELECT seq, id, name, labels, version, create_time, update_time, policy, external_id, config_version, webhook_number, delete_time
        FROM tenants WHERE seq
        """ + After);

    private static readonly Sql Keys = new(KeyRows.Select + "WHERE k.seq" + After);

    private static readonly Sql Webhooks = new(
        "SELECT seq, document, failing_since, tenant_seq, head_of_line, number, delete_time FROM webhooks WHERE seq" + After);

    private static readonly Sql EventTypes = new(EventTypeRows.Select + "WHERE e.seq" + After);
    private static readonly Sql AuditEvents = new(AuditRows.Columns + "WHERE seq" + After);
    private static readonly Sql Redrives = new(RedriveRows.Select + "WHERE seq" + After);
    private static readonly Sql Events = new("SELECT seq, fingerprint, first_delivery, delivery_count FROM events WHERE seq" + After);
    private static readonly Sql Deliveries = new(DeliveryRows.Select + "WHERE d.seq >= ? AND d.seq < ? AND d.event_seq = ? ORDER BY d.seq");
    private static readonly Sql LaterDeliveries = new(
        DeliveryRows.Select + "WHERE d.seq IN (SELECT delivery FROM later_deliveries WHERE delivery" + After + ") ORDER BY d.seq");

    private static readonly Sql LastEventBefore = new(
        "SELECT id FROM events WHERE tenant_seq = (SELECT seq FROM tenants WHERE id = ?) AND seq < ? ORDER BY seq DESC LIMIT 1");

    private static readonly Sql LastBefore = new("SELECT id FROM deliveries WHERE seq < ? ORDER BY seq DESC LIMIT 1");

    public static StoreSummary Describe(Connection connection)
    {
        var counters = Counters.Load(connection);
        using var row = connection.Use(Meta);
        row.Step();
        return new StoreSummary(
            row.Text(0), counters.Revision, counters.RevisionFloor, TimeSpan.FromMicroseconds(counters.ChangeDisorder));
    }

    public static Page<StoreEntry> Read(Connection connection, EntryKind kind, long after)
    {
        var sql = kind switch
        {
            EntryKind.Tenant => Tenants,
            EntryKind.ApiKey => Keys,
            EntryKind.Webhook => Webhooks,
            EntryKind.EventType => EventTypes,
            EntryKind.Event => Events,
            EntryKind.LaterDelivery => LaterDeliveries,
            EntryKind.AuditEvent => AuditEvents,
            _ => Redrives,
        };
        using var rows = connection.Use(sql).Bind(after).Bind(CopyPage.MostEntries);
        return CopyPage.Of(All(rows, row => ReadEntry(connection, row, kind)));
    }

    private static IEnumerable<(long, StoreEntry)> All(Statement rows, Func<Statement, StoreEntry> read)
    {
        while (rows.Step())
        {
            yield return (rows.Long(0), read(rows));
        }
    }

    private static StoreEntry ReadEntry(Connection connection, Statement row, EntryKind kind) => kind switch
    {
        EntryKind.Tenant => new StoreEntry.Tenant(TenantRows.Read(row), row.Long(9), row.Long(10), row.TimeOrNull(11)),
        EntryKind.ApiKey => new StoreEntry.ApiKey(KeyRows.Read(row)),
        EntryKind.Webhook => new StoreEntry.Webhook(WebhookRows.Read(row).Webhook, row.TimeOrNull(6)),
        EntryKind.EventType => new StoreEntry.EventType(EventTypeRows.Read(row)),
        EntryKind.Event => ReadEvent(connection, row.Long(0), row.BlobOrNull(1), row.Long(2), row.Long(3)),
        EntryKind.LaterDelivery => new StoreEntry.LaterDelivery(ReadDelivery(connection, row)),
        EntryKind.AuditEvent => new StoreEntry.AuditEvent(AuditRows.Read(row)),
        _ => ReadRedrive(connection, RedriveRows.ReadStored(row)),
    };

    private static StoreEntry.PublishedEvent ReadEvent(Connection connection, long seq, byte[]? fingerprint, long firstDelivery, long count)
    {
        var deliveries = new List<DeliveryEntry>();
        using var rows = connection.Use(Deliveries).Bind(firstDelivery).Bind(firstDelivery + count).Bind(seq);
        while (rows.Step())
        {
            deliveries.Add(ReadDelivery(connection, rows));
        }

        return new StoreEntry.PublishedEvent(EventRows.GetWhole(connection, seq), fingerprint, deliveries);
    }

    private static DeliveryEntry ReadDelivery(Connection connection, Statement row) =>
        new(DeliveryRows.Read(row), AttemptRows.List(connection, row.Long(0)));

    private static StoreEntry.Redrive ReadRedrive(Connection connection, StoredRedrive stored) => new(
        stored.Redrive, stored.Scope.Revision, FindLast(connection, stored, stored.Position), FindLast(connection, stored, stored.Scope.End));

    private static string? FindLast(Connection connection, StoredRedrive stored, long before)
    {
        using var row = stored.Redrive.Replay is null
            ? connection.Use(LastBefore).Bind(before)
            : connection.Use(LastEventBefore).Bind(stored.Redrive.Filter.TenantId).Bind(before);
        return row.Step() ? row.Text(0) : null;
    }
}
