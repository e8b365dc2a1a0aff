using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <summary>API key rows as records.</summary>
internal static class KeyRows
{
    public const string Select =
        """
        SELECT k.seq, k.id, t.id, k.hash, k.name, k.scopes, k.create_time, k.expire_time, k.revoke_time, k.last_use_time
        FROM api_keys k LEFT JOIN tenants t ON t.seq = k.tenant_seq

        """;

    private static readonly Sql ById = new(Select + "WHERE k.id = ?");
    private static readonly Sql ByHash = new(Select + "WHERE k.hash = ?");
    private static readonly Sql Listed = new(Select + "WHERE k.seq < ? ORDER BY k.seq DESC LIMIT ?");
    private static readonly Sql OfTenant = new(Select + "WHERE k.seq < ? AND k.tenant_seq = ? ORDER BY k.seq DESC LIMIT ?");
    public static readonly Sql ValidOfTenant = new(
        """
        SELECT 1 FROM api_keys WHERE tenant_seq = ? AND revoke_time IS NULL AND ifnull(expire_time, 9223372036854775807) > ? LIMIT ?
        """);

    private static readonly Sql AnyPlatform = new("SELECT 1 FROM api_keys WHERE tenant_seq IS NULL LIMIT 1");
    private static readonly Sql InsertOne = new("INSERT INTO api_keys VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    private static readonly Sql RevokeOne = new("UPDATE api_keys SET revoke_time = ? WHERE id = ? AND revoke_time IS NULL");

    private static readonly Sql RevokeOfTenant = new(
        "UPDATE api_keys SET revoke_time = ? WHERE tenant_seq = ? AND revoke_time IS NULL");

    private static readonly Sql TouchOne = new(
        "UPDATE api_keys SET last_use_time = max(ifnull(last_use_time, 0), ?) WHERE id = ?");

    public static bool Create(WriteSession session, ApiKeyRecord key)
    {
        var tenant = key.TenantId is { } id ? TenantKeys.FindConfig(session.Connection, id)?.Seq : null;
        if (key.TenantId is not null && tenant is null)
        {
            return false;
        }

        Insert(session, key, tenant);
        return true;
    }

    public static void Insert(WriteSession session, ApiKeyRecord key, long? tenant) => session.Use(InsertOne)
        .Bind(++session.Counters.KeySeq).Bind(key.Id).Bind(tenant).Bind(key.Hash).Bind(key.Name)
        .Bind(Json.Write(key.Scopes)).Bind(key.CreateTime).Bind(key.ExpireTime).Bind(key.RevokeTime).Bind(key.LastUseTime)
        .Run();

    public static ApiKeyRecord? Find(Connection connection, string id) => ReadOne(connection.Use(ById).Bind(id));

    public static ApiKeyRecord? Find(Connection connection, byte[] hash) => ReadOne(connection.Use(ByHash).Bind(hash));

    public static Page<ApiKeyRecord> List(Connection connection, string? tenantId, long? before, int limit)
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

    public static int CountValid(Connection connection, string tenantId, DateTimeOffset now, int most)
    {
        var count = 0;
        using var rows = connection.Use(ValidOfTenant).Bind(TenantKeys.FindSeq(connection, tenantId) ?? 0).Bind(now).Bind(most);
        while (rows.Step())
        {
            count++;
        }

        return count;
    }

    public static bool AnyOfPlatform(Connection connection)
    {
        using var row = connection.Use(AnyPlatform);
        return row.Step();
    }

    public static ApiKeyRecord? Revoke(WriteSession session, string id, DateTimeOffset now, AuditRecord audit)
    {
        var revoked = session.Use(RevokeOne).Bind(now).Bind(id).RunAndCount();
        return AuditRows.Log(session, Find(session.Connection, id), _ => revoked > 0, audit);
    }

    public static void RevokeAll(WriteSession session, long tenant, DateTimeOffset now) =>
        session.Use(RevokeOfTenant).Bind(now).Bind(tenant).Run();

    public static int Touch(WriteSession session, IReadOnlyDictionary<string, DateTimeOffset> lastUse)
    {
        foreach (var (id, time) in lastUse)
        {
            session.Use(TouchOne).Bind(time).Bind(id).Run();
        }

        return lastUse.Count;
    }

    private static ApiKeyRecord? ReadOne(Statement row)
    {
        using (row)
        {
            return row.Step() ? Read(row) : null;
        }
    }

    public static ApiKeyRecord Read(Statement row) => new()
    {
        Id = row.Text(1),
        TenantId = row.TextOrNull(2),
        Hash = row.Blob(3),
        Name = row.Text(4),
        Scopes = Json.ReadList(row.Text(5)),
        CreateTime = row.Time(6),
        ExpireTime = row.TimeOrNull(7),
        RevokeTime = row.TimeOrNull(8),
        LastUseTime = row.TimeOrNull(9),
    };
}
