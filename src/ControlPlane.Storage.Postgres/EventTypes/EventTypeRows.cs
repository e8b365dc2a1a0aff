using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>Rows of event types as records.</summary>
internal static class EventTypeRows
{
    public const string Select =
        """
        SELECT e.seq, t.id, e.name, e.description, e.deprecated, e.version, e.create_time, e.update_time,
          e.schema, e.schema_version, e.examples
        FROM event_types e JOIN tenants t ON t.seq = e.tenant_seq 
        """;

    public const string InsertByTenantId =
        """
        INSERT INTO event_types (tenant_seq, name, description, deprecated, version, create_time, update_time, schema, schema_version, examples)
        VALUES ((SELECT seq FROM tenants WHERE id = $1::text), $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """;

    public static object[] ValuesOf(EventTypeRecord type) =>
    [
        type.TenantId, type.Name, type.Description, type.Deprecated, type.Version, type.CreateTime, type.UpdateTime, type.Schema,
        type.SchemaVersion, type.Examples.ToArray(),
    ];

    public static (long Seq, EventTypeRecord Type)? Read(NpgsqlDataReader row) => (row.GetInt64(0), new EventTypeRecord
    {
        TenantId = row.GetString(1),
        Name = row.GetString(2),
        Description = row.GetString(3),
        Deprecated = row.GetBoolean(4),
        Version = row.GetInt64(5),
        CreateTime = row.Time(6),
        UpdateTime = row.Time(7),
        Schema = row.GetString(8),
        SchemaVersion = row.GetInt32(9),
        Examples = row.GetFieldValue<string[]>(10),
    });
}
