using System.Text.Json;
using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>Rows of tenants as records.</summary>
internal static class TenantRows
{
    public const string Select = "SELECT seq, id, name, labels, policy, version, create_time, update_time, config_version, external_id FROM tenants ";

    public const string ById = Select + "WHERE id = $1 AND delete_time IS NULL";

    public const string ByExternalId = Select + "WHERE external_id = $1 AND delete_time IS NULL";

    public const string Insert =
        """
        INSERT INTO tenants (id, name, labels, policy, version, config_version, config_seq, create_time, update_time, external_id)
        VALUES ($1, $2, $3, $4, $5, 1, 0, $6, $7, $8) ON CONFLICT (id) DO NOTHING RETURNING seq
        """;

    public static (long Seq, TenantRecord Tenant, long ConfigVersion)? Read(NpgsqlDataReader row) => (
        row.GetInt64(0),
        new TenantRecord
        {
            Id = row.GetString(1),
            Name = row.GetString(2),
            ExternalId = row.IsDBNull(9) ? "" : row.GetString(9),
            Labels = Json.ReadMap(row.GetString(3)),
            Policy = ReadPolicy(row.GetString(4)),
            Version = row.GetInt64(5),
            CreateTime = row.Time(6),
            UpdateTime = row.Time(7),
        },
        row.GetInt64(8));

    /// <summary>The values of a new tenant.</summary>
    public static object?[] ValuesOf(TenantRecord tenant) =>
    [
        tenant.Id, tenant.Name, Json.Write(tenant.Labels), WritePolicy(tenant.Policy), tenant.Version, tenant.CreateTime, tenant.UpdateTime,
        ExternalIdOf(tenant),
    ];

    /// <summary>The external id; null for none, so that no index has it.</summary>
    public static string? ExternalIdOf(TenantRecord tenant) => tenant.ExternalId.Length > 0 ? tenant.ExternalId : null;

    public static string WritePolicy(TenantPolicy policy) => JsonSerializer.Serialize(policy, Json.Default.TenantPolicy);

    public static TenantPolicy ReadPolicy(string? json) =>
        json is null ? new TenantPolicy() : JsonSerializer.Deserialize(json, Json.Default.TenantPolicy)!;
}
