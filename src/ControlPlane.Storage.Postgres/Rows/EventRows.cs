using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>Rows of events as records.</summary>
internal static class EventRows
{
    private const string Columns =
        """
        e.seq, e.id, t.id, e.type, e.instance, e.content_type, e.idempotency_key, e.ordering_key, e.labels, e.delivery_count, e.create_time,
        e.expire_time, e.erase_time, e.trace 
        """;

    /// <summary>The place of a column that is added to those of an event.</summary>
    public const int Added = 14;

    /// <summary>The tenant is found by the event, as the owners of deliveries are.</summary>
    private const string Owner = "JOIN tenants t ON t.seq = e.tenant_seq + 0 ";

    /// <summary>Events without payloads.</summary>
    public const string Select = "SELECT " + Columns + "FROM events e " + Owner;

    /// <summary>Events without payloads, of the rows that are put in for <c>{0}</c>.</summary>
    public const string SelectFrom = "SELECT " + Columns + "FROM {0} e " + Owner;

    /// <summary>Events of rows with one more column.</summary>
    public static string SelectFromWith(string column, string rows) => $"SELECT {Columns}, {column} FROM {rows} e {Owner}";

    /// <summary>Events with payloads.</summary>
    public const string SelectWhole = "SELECT " + Columns + ", p.body FROM events e " + Owner + "LEFT JOIN payloads p ON p.event_seq = e.seq ";

    public static (long Seq, EventRecord Event) Read(NpgsqlDataReader row) => (row.GetInt64(0), new EventRecord
    {
        Id = row.GetString(1),
        TenantId = row.GetString(2),
        Type = row.GetString(3),
        Instance = row.GetString(4),
        ContentType = row.GetString(5),
        IdempotencyKey = row.GetString(6),
        OrderingKey = row.GetString(7),
        Labels = row.TextOrNull(8) is { } labels ? Json.ReadMap(labels) : null,
        DeliveryCount = row.GetInt32(9),
        CreateTime = row.Time(10),
        ExpireTime = row.TimeOrNull(11),
        EraseTime = row.TimeOrNull(12),
        Trace = TraceContext.Parse(row.TextOrNull(13)),
    });

    public static EventRecord ReadWhole(NpgsqlDataReader row) => Read(row).Event with { Payload = row.BytesOrNull(Added) };
}
