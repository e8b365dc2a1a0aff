using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Event rows as records.</summary>
internal static class EventRows
{
    private const string JsonContent = "application/json";

    /// <summary>Selects what <see cref="Read"/> reads; to be continued with WHERE on <c>e</c>.</summary>
    public const string Select =
        """
        SELECT e.id, t.id, ty.text, n.text, e.content_type, e.idempotency_key, e.labels, e.delivery_count, e.create_time, p.body,
          e.ordering_key, e.expire_time, e.erase_time, e.trace
        FROM events e
          CROSS JOIN tenants t ON t.seq = e.tenant_seq
          CROSS JOIN names ty ON ty.seq = e.type_seq
          CROSS JOIN names n ON n.seq = e.instance_seq

        """;

    private const string WithPayload = Select + "LEFT JOIN payloads p ON p.event_seq = e.seq ";
    private const string WithoutPayload = Select + "CROSS JOIN (SELECT NULL AS body) p ";

    private static readonly Sql ById = new(WithPayload + "WHERE e.id = ? LIMIT 2");
    private static readonly Sql ByTenantAndId = new(WithPayload + "WHERE e.id = ? AND t.id = ?");
    private static readonly Sql WholeBySeq = new(WithPayload + "WHERE e.seq = ?");
    private static readonly Sql BySeq = new(WithoutPayload + "WHERE e.seq = ?");
    private const string EventValues = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static readonly Insertion InsertEvents = new("events", EventValues);
    private static readonly Insertion InsertPayloads = new("payloads", "(?, ?)");
    private static readonly Sql InsertOne = new("INSERT INTO events VALUES " + EventValues);
    private static readonly Sql InsertPayload = new("INSERT INTO payloads VALUES (?, ?)");

    public static IReadOnlyList<EventRecord> Find(Connection connection, string id, string? tenantId)
    {
        var found = new List<EventRecord>(1);
        using var rows = tenantId is null
            ? connection.Use(ById).Bind(id)
            : connection.Use(ByTenantAndId).Bind(id).Bind(tenantId);
        while (rows.Step())
        {
            found.Add(Read(rows));
        }

        return found;
    }

    /// <summary>An event with its payload, if that is still there.</summary>
    public static EventRecord GetWhole(Connection connection, long seq)
    {
        using var row = connection.Use(WholeBySeq).Bind(seq);
        return row.Step() ? Read(row) : throw new InvalidOperationException($"There is no event {seq}.");
    }

    public static IReadOnlyList<EventRecord> FindMany(
        Connection connection, IReadOnlyList<string> ids, string tenantId, long maxBytes)
    {
        var found = new List<EventRecord>(ids.Count);
        for (var i = 0; i < ids.Count && maxBytes > 0; i++)
        {
            using var row = connection.Use(ByTenantAndId).Bind(ids[i]).Bind(tenantId);
            if (row.Step())
            {
                found.Add(Read(row));
                maxBytes -= found[^1].Payload?.Length ?? 0;
            }
        }

        return found;
    }

    /// <summary>An event without its payload.</summary>
    public static EventRecord Get(Connection connection, long seq)
    {
        using var row = connection.Use(BySeq).Bind(seq);
        return row.Step() ? Read(row) : throw new InvalidOperationException($"There is no event {seq}.");
    }

    /// <summary>Stores events with their payloads.</summary>
    public static void Insert(WriteSession session, List<EventRow> rows)
    {
        InsertEvents.Run(session, rows, static (statement, row) => Bind(statement, row, row.Added.Deliveries.Count));
        InsertPayloads.Run(session, rows, static (statement, row) => statement.Bind(row.Seq).Bind(row.Added.Event.Payload ?? []));
    }

    /// <summary>Stores an event that has some deliveries, with its payload if there is one.</summary>
    public static void Insert(WriteSession session, in EventRow row, int deliveries)
    {
        Bind(session.Use(InsertOne), row, deliveries).Run();
        if (row.Added.Event.Payload is { } payload)
        {
            session.Use(InsertPayload).Bind(row.Seq).Bind(payload).Run();
        }
    }

    private static Statement Bind(Statement statement, in EventRow row, int deliveries)
    {
        var stored = row.Added.Event;
        return statement
            .Bind(row.Seq).Bind(stored.Id).Bind(row.Tenant).Bind(row.Type).Bind(row.Instance)
            .Bind(row.FirstDelivery).Bind(deliveries).Bind(stored.CreateTime)
            .Bind(stored.ContentType == JsonContent ? null : stored.ContentType)
            .Bind(stored.IdempotencyKey.Length == 0 ? null : stored.IdempotencyKey)
            .Bind(row.Added.Fingerprint)
            .Bind(stored.Labels is { Count: > 0 } labels ? Json.Write(labels) : null)
            .Bind(stored.OrderingKey.Length == 0 ? null : stored.OrderingKey)
            .Bind(stored.ExpireTime).Bind(stored.EraseTime)
            .Bind(stored.Trace?.ToString());
    }

    private static EventRecord Read(Statement row) => new()
    {
        Id = row.Text(0),
        TenantId = row.Text(1),
        Type = row.Text(2),
        Instance = row.Text(3),
        ContentType = row.TextOrNull(4) ?? JsonContent,
        IdempotencyKey = row.TextOrNull(5) ?? "",
        Labels = row.TextOrNull(6) is { } labels ? Json.ReadMap(labels) : null,
        DeliveryCount = row.Int(7),
        CreateTime = row.Time(8),
        Payload = row.BlobOrNull(9),
        OrderingKey = row.TextOrNull(10) ?? "",
        ExpireTime = row.TimeOrNull(11),
        EraseTime = row.TimeOrNull(12),
        Trace = TraceContext.Parse(row.TextOrNull(13)),
    };
}
