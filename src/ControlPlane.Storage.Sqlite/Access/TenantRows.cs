using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Tenant rows as records. A deleted tenant's row stays: its id is not given out again.</summary>
internal static class TenantRows
{
    private const string Select = "SELECT seq, id, name, labels, version, create_time, update_time, policy, external_id FROM tenants ";

    private static readonly Sql ById = new(Select + "WHERE id = ? AND delete_time IS NULL");

    private static readonly Sql ByExternalId = new(
        Select + "WHERE external_id = ? AND external_id IS NOT NULL AND delete_time IS NULL");

    private static readonly Sql Listed = new(Select + "WHERE seq < ? AND delete_time IS NULL ORDER BY seq DESC LIMIT ?");

    private static readonly Sql InsertOne = new(
        """
        INSERT INTO tenants (seq, id, name, labels, version, config_version, create_time, update_time, policy, external_id)
        VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """);

    private static readonly Sql UpdateOne = new(
        "UPDATE tenants SET name = ?, labels = ?, version = ?, update_time = ?, policy = ?, external_id = ? WHERE seq = ?");

    private static readonly Sql DeleteOne = new(
        "UPDATE tenants SET delete_time = ?, config_version = config_version + 1 WHERE seq = ?");

    /// <summary>The tenant that every store is born with.</summary>
    public static void InsertDefault(Connection connection, DateTimeOffset now) =>
        Insert(connection, 1, new TenantRecord { Id = TenantRecord.DefaultId, CreateTime = now, UpdateTime = now });

    public static TenantWrite Create(WriteSession session, TenantRecord tenant)
    {
        if (TenantKeys.FindSeq(session.Connection, tenant.Id) is not null)
        {
            return TenantWrite.IdTaken;
        }

        if (IsTaken(session.Connection, tenant))
        {
            return TenantWrite.ExternalIdTaken;
        }

        Insert(session.Connection, ++session.Counters.TenantSeq, tenant);
        return TenantWrite.Done;
    }

    public static TenantRecord? Find(Connection connection, string id)
    {
        using var row = connection.Use(ById).Bind(id);
        return row.Step() ? Read(row) : null;
    }

    public static TenantRecord? FindExternal(Connection connection, string externalId)
    {
        using var row = connection.Use(ByExternalId).Bind(externalId);
        return row.Step() ? Read(row) : null;
    }

    public static Page<TenantRecord> List(Connection connection, long? before, int limit)
    {
        using var rows = connection.Use(Listed).Bind(before ?? long.MaxValue).Bind(limit + 1);
        return FullPage.Read(rows, limit, Read);
    }

    public static TenantWrite Update(WriteSession session, TenantRecord tenant)
    {
        if (Find(session.Connection, tenant.Id) is not { } stored
            || stored.Version != tenant.Version - 1
            || TenantKeys.FindConfig(session.Connection, tenant.Id) is not { } config)
        {
            return TenantWrite.VersionMismatch;
        }

        if (IsTaken(session.Connection, tenant))
        {
            return TenantWrite.ExternalIdTaken;
        }

        var policy = TenantPolicies.Write(tenant.Policy);
        session.Use(UpdateOne)
            .Bind(tenant.Name).Bind(Json.Write(tenant.Labels)).Bind(tenant.Version).Bind(tenant.UpdateTime)
            .Bind(policy).Bind(WebhookRows.NullIfEmpty(tenant.ExternalId)).Bind(config.Seq)
            .Run();
        if (policy != TenantPolicies.Write(stored.Policy))
        {
            TenantKeys.Bump(session, config.Seq);
        }

        return TenantWrite.Done;
    }

    public static TenantDelete Delete(WriteSession session, string id, long? version, bool force, DateTimeOffset now)
    {
        if (Find(session.Connection, id) is not { } tenant || TenantKeys.FindSeq(session.Connection, id) is not { } seq)
        {
            return TenantDelete.NotFound;
        }

        if (version is not null && version != tenant.Version)
        {
            return TenantDelete.VersionMismatch;
        }

        if (!force && WebhookRows.Any(session.Connection, seq))
        {
            return TenantDelete.NotEmpty;
        }

        WebhookRows.DeleteAll(session, seq, now);
        EventTypeRows.DeleteAll(session, seq);
        KeyRows.RevokeAll(session, seq, now);
        session.Use(DeleteOne).Bind(now).Bind(seq).Run();
        session.Refs.Clear();
        return TenantDelete.Done;
    }

    public static void Insert(Connection connection, long seq, TenantRecord tenant) => connection.Use(InsertOne)
        .Bind(seq).Bind(tenant.Id).Bind(tenant.Name).Bind(Json.Write(tenant.Labels)).Bind(tenant.Version)
        .Bind(tenant.CreateTime).Bind(tenant.UpdateTime).Bind(TenantPolicies.Write(tenant.Policy))
        .Bind(WebhookRows.NullIfEmpty(tenant.ExternalId))
        .Run();

    private static bool IsTaken(Connection connection, TenantRecord tenant) =>
        tenant.ExternalId.Length > 0 && FindExternal(connection, tenant.ExternalId) is { } other && other.Id != tenant.Id;

    public static TenantRecord Read(Statement row) => new()
    {
        Id = row.Text(1),
        Name = row.Text(2),
        Labels = Json.ReadMap(row.Text(3)),
        Version = row.Long(4),
        CreateTime = row.Time(5),
        UpdateTime = row.Time(6),
        Policy = TenantPolicies.Read(row.TextOrNull(7)),
        ExternalId = row.TextOrNull(8) ?? "",
    };
}
