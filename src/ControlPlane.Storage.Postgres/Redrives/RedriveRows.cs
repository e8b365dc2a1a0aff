using System.Text.Json;
using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>A redrive with what it takes and how far it is.</summary>
internal sealed record StoredRedrive(long Seq, RedriveRecord Redrive, RedriveScope Scope, long Position);

/// <summary>Rows of redrives as records.</summary>
internal static class RedriveRows
{
    public const string Select =
        """
        SELECT seq, id, filter, max_rate, state, matched, retried, skipped, create_time, update_time, scope_revision, scope_end, position,
          replay
        FROM redrives 
        """;

    public const string Insert =
        """
        INSERT INTO redrives (id, tenant_seq, filter, max_rate, state, matched, retried, skipped, scope_revision, scope_end, position,
          create_time, update_time, replay)
        VALUES ($1, (SELECT seq FROM tenants WHERE id = $2::text), $3, $4, $5, $6, 0, 0, $7, $8, 0, $9, $9, $10)
        """;

    private const string Update =
        "UPDATE redrives SET state = $2, retried = $3, skipped = $4, update_time = $5, position = $6 WHERE seq = $1";

    public static StoredRedrive Read(NpgsqlDataReader row) => new(
        row.GetInt64(0),
        new RedriveRecord
        {
            Id = row.GetString(1),
            Filter = JsonSerializer.Deserialize(row.GetString(2), Json.Default.DeliveryFilter)!,
            Replay = row.TextOrNull(13) is { } terms ? JsonSerializer.Deserialize(terms, Json.Default.ReplayTerms) : null,
            MaxRatePerSecond = row.GetDouble(3),
            State = (RedriveState)row.GetInt16(4),
            Matched = row.GetInt32(5),
            Retried = row.GetInt32(6),
            Skipped = row.GetInt32(7),
            CreateTime = row.Time(8),
            UpdateTime = row.Time(9),
        },
        new RedriveScope(row.GetInt32(5), row.GetInt64(10), row.GetInt64(11)),
        row.GetInt64(12));

    public static string Write(DeliveryFilter filter) => JsonSerializer.Serialize(filter, Json.Default.DeliveryFilter);

    public static string? Write(ReplayTerms? terms) => terms is null ? null : JsonSerializer.Serialize(terms, Json.Default.ReplayTerms);

    /// <summary>Finds a redrive that no other step goes on with until the commit.</summary>
    public static Task<StoredRedrive?> LockAsync(Unit unit, string id) => unit.FindAsync(Select + "WHERE id = $1 FOR UPDATE", Read, id);

    public static Task SaveAsync(Unit unit, StoredRedrive stored, RedriveRecord redrive, long position) => unit.RunAsync(
        Update, stored.Seq, redrive.State, redrive.Retried, redrive.Skipped, redrive.UpdateTime, position);
}
