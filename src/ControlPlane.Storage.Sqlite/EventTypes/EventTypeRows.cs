using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Event type rows as records.</summary>
internal static class EventTypeRows
{
    public const string Select =
        """
        SELECT e.seq, t.id, e.name, e.description, e.deprecated, e.version, e.create_time, e.update_time, e.schema, e.schema_version, e.examples
        FROM event_types e CROSS JOIN tenants t ON t.seq = e.tenant_seq

        """;

    private static readonly Sql ByName = new(Select + "WHERE e.tenant_seq = ? AND e.name = ?");
    private static readonly Sql Listed = new(Select + "WHERE e.seq < ? ORDER BY e.seq DESC LIMIT ?");
    internal static readonly Sql OfTenant = new(Select + "WHERE e.seq < ? AND e.tenant_seq = ? ORDER BY e.seq DESC LIMIT ?");
    private static readonly Sql NamesOfTenant = new("SELECT name FROM event_types WHERE tenant_seq = ?");
    private static readonly Sql CountOfTenant = new("SELECT count(*) FROM event_types WHERE tenant_seq = ?");

    private static readonly Sql InsertOne = new(
        """
        INSERT INTO event_types (tenant_seq, name, description, deprecated, version, create_time, update_time, schema, schema_version, examples)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """);

    private static readonly Sql UpdateOne = new(
        "UPDATE event_types SET description = ?, deprecated = ?, version = ?, update_time = ?, schema = ?, schema_version = ?, examples = ? WHERE seq = ?");

    private static readonly Sql DeleteOne = new("DELETE FROM event_types WHERE seq = ?");
    private static readonly Sql DeleteOfTenant = new("DELETE FROM event_types WHERE tenant_seq = ?");

    public static StoredEventType? Find(Connection connection, long tenant, string name)
    {
        using var row = connection.Use(ByName).Bind(tenant).Bind(name);
        return row.Step() ? new StoredEventType(row.Long(0), Read(row)) : null;
    }

    public static Page<EventTypeRecord> List(Connection connection, string? tenantId, long? before, int limit)
    {
        var rows = connection.Use(tenantId is null ? Listed : OfTenant).Bind(before ?? long.MaxValue);
        if (tenantId is not null)
        {
            rows.Bind(TenantKeys.FindSeq(connection, tenantId) ?? 0);
        }

        using (rows.Bind(limit + 1))
        {
            return FullPage.Read(rows, limit, Read);
        }
    }

    public static IReadOnlyList<string> LoadNames(Connection connection, long tenant)
    {
        var names = new List<string>();
        using var rows = connection.Use(NamesOfTenant).Bind(tenant);
        while (rows.Step())
        {
            names.Add(rows.Text(0));
        }

        return names;
    }

    public static long Count(Connection connection, long tenant)
    {
        using var row = connection.Use(CountOfTenant).Bind(tenant);
        row.Step();
        return row.Long(0);
    }

    public static void Insert(WriteSession session, long tenant, EventTypeRecord type) => session.Use(InsertOne)
        .Bind(tenant).Bind(type.Name).Bind(type.Description).Bind(type.Deprecated).Bind(type.Version)
        .Bind(type.CreateTime).Bind(type.UpdateTime).Bind(type.Schema).Bind(type.SchemaVersion).Bind(Json.Write(type.Examples))
        .Run();

    public static void Update(WriteSession session, long seq, EventTypeRecord type) => session.Use(UpdateOne)
        .Bind(type.Description).Bind(type.Deprecated).Bind(type.Version).Bind(type.UpdateTime)
        .Bind(type.Schema).Bind(type.SchemaVersion).Bind(Json.Write(type.Examples)).Bind(seq)
        .Run();

    public static void Delete(WriteSession session, long seq) => session.Use(DeleteOne).Bind(seq).Run();

    public static void DeleteAll(WriteSession session, long tenant) => session.Use(DeleteOfTenant).Bind(tenant).Run();

    public static EventTypeRecord Read(Statement row) => new()
    {
        TenantId = row.Text(1),
        Name = row.Text(2),
        Description = row.Text(3),
        Deprecated = row.Bool(4),
        Version = row.Long(5),
        CreateTime = row.Time(6),
        UpdateTime = row.Time(7),
        Schema = row.Text(8),
        SchemaVersion = row.Int(9),
        Examples = Json.ReadList(row.Text(10)),
    };
}

/// <summary>An event type with what only the engine knows of it.</summary>
internal readonly record struct StoredEventType(long Seq, EventTypeRecord EventType);
