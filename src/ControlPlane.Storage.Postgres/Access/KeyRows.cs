using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>Rows of API keys as records.</summary>
internal static class KeyRows
{
    public const string Select =
        """
        SELECT k.seq, k.id, t.id, k.hash, k.name, k.scopes, k.create_time, k.expire_time, k.revoke_time, k.last_use_time
        FROM api_keys k LEFT JOIN tenants t ON t.seq = k.tenant_seq 
        """;

    public const string Insert =
        """
        INSERT INTO api_keys (id, tenant_seq, hash, name, scopes, create_time, expire_time, revoke_time, last_use_time)
        VALUES ($1, $2::bigint, $3, $4, $5, $6, $7::bigint, $8::bigint, $9::bigint)
        """;

    /// <summary>The same by the tenant's id.</summary>
    public const string InsertByTenantId =
        """
        INSERT INTO api_keys (id, tenant_seq, hash, name, scopes, create_time, expire_time, revoke_time, last_use_time)
        VALUES ($1, (SELECT seq FROM tenants WHERE id = $2::text), $3, $4, $5, $6, $7::bigint, $8::bigint, $9::bigint)
        """;

    public const string Touch =
        """
        UPDATE api_keys k SET last_use_time = u.time FROM unnest($1::text[], $2::bigint[]) u (id, time)
        WHERE k.id = u.id AND (k.last_use_time IS NULL OR k.last_use_time < u.time)
        """;

    public const string CountValid =
        """
        SELECT count(*) FROM (
            SELECT FROM api_keys
            WHERE tenant_seq = (SELECT seq FROM tenants WHERE id = $1) AND revoke_time IS NULL
                AND coalesce(expire_time, 9223372036854775807) > $2
            LIMIT $3) valid
        """;

    public static (long Seq, ApiKeyRecord Key) Read(NpgsqlDataReader row) => (row.GetInt64(0), new ApiKeyRecord
    {
        Id = row.GetString(1),
        TenantId = row.TextOrNull(2),
        Hash = row.GetFieldValue<byte[]>(3),
        Name = row.GetString(4),
        Scopes = Json.ReadList(row.GetString(5)),
        CreateTime = row.Time(6),
        ExpireTime = row.TimeOrNull(7),
        RevokeTime = row.TimeOrNull(8),
        LastUseTime = row.TimeOrNull(9),
    });

    public static object?[] ValuesOf(ApiKeyRecord key, long? tenantSeq) =>
    [
        key.Id, tenantSeq, key.Hash, key.Name, Json.Write(key.Scopes), key.CreateTime, key.ExpireTime, key.RevokeTime, key.LastUseTime,
    ];
}
