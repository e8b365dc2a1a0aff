using System.Text.Json;
using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Tenants' policies, which are stored as documents; none allows everything.</summary>
internal static class TenantPolicies
{
    private static readonly Sql PolicyBySeq = new("SELECT policy FROM tenants WHERE seq = ?");

    /// <summary>What a tenant's plan allows.</summary>
    public static TenantPolicy Get(Connection connection, long seq)
    {
        using var row = connection.Use(PolicyBySeq).Bind(seq);
        return row.Step() ? Read(row.TextOrNull(0)) : new TenantPolicy();
    }

    public static string Write(TenantPolicy policy) => JsonSerializer.Serialize(policy, Json.Default.TenantPolicy);

    public static TenantPolicy Read(string? json) =>
        json is null ? new TenantPolicy() : JsonSerializer.Deserialize(json, Json.Default.TenantPolicy)!;
}
