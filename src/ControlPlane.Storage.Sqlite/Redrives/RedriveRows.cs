using System.Text.Json;
using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Redrive rows as records.</summary>
internal static class RedriveRows
{
    public const string Select =
        """
        SELECT seq, id, state, terms, matched, retried, skipped, create_time, update_time, revision, end_position, position
        FROM redrives

        """;

    private static readonly Sql ById = new(Select + "WHERE id = ?");
    internal static readonly Sql Running = new(Select + "WHERE state = 1 ORDER BY seq");
    internal static readonly Sql Listed = new(Select + "WHERE seq < ? ORDER BY seq DESC LIMIT ?");
    internal static readonly Sql OfTenant = new(Select + "WHERE seq < ? AND tenant_seq = ? ORDER BY seq DESC LIMIT ?");

    private static readonly Sql InsertOne = new(
        """
        INSERT INTO redrives (id, tenant_seq, state, terms, revision, end_position, position, matched, retried, skipped,
          create_time, update_time)
        VALUES (?, ?, ?, ?, ?, ?, 0, ?, 0, 0, ?, ?)
        """);

    private static readonly Sql UpdateOne = new(
        "UPDATE redrives SET state = ?, retried = ?, skipped = ?, update_time = ?, position = ? WHERE seq = ?");

    public static RedriveRecord? Create(WriteSession session, RedriveRecord redrive, RedriveScope scope)
    {
        long? tenant = null;
        if (redrive.Filter.TenantId is { } tenantId)
        {
            if (TenantKeys.FindConfig(session.Connection, tenantId) is not { } found)
            {
                return null;
            }

            tenant = found.Seq;
        }

        var terms = new RedriveTerms(redrive.Filter, redrive.MaxRatePerSecond, redrive.Replay);
        session.Use(InsertOne)
            .Bind(redrive.Id).Bind(tenant).Bind((long)RedriveState.Running)
            .Bind(JsonSerializer.Serialize(terms, Json.Default.RedriveTerms))
            .Bind(scope.Revision).Bind(scope.End).Bind(scope.Count).Bind(redrive.CreateTime).Bind(redrive.CreateTime)
            .Run();
        session.NoteRow();
        return Find(session.Connection, redrive.Id)!.Value.Redrive;
    }

    public static void Save(WriteSession session, long seq, RedriveRecord redrive, long position)
    {
        session.Use(UpdateOne)
            .Bind((long)redrive.State).Bind(redrive.Retried).Bind(redrive.Skipped).Bind(redrive.UpdateTime).Bind(position).Bind(seq)
            .Run();
        session.NoteRow();
    }

    public static StoredRedrive? Find(Connection connection, string id)
    {
        using var row = connection.Use(ById).Bind(id);
        return row.Step() ? ReadStored(row) : null;
    }

    public static StoredRedrive ReadStored(Statement row) =>
        new(row.Long(0), Read(row), new RedriveScope(row.Int(4), row.Long(9), row.Long(10)), row.Long(11));

    public static Page<RedriveRecord> List(Connection connection, string? tenantId, long? before, int limit)
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

    public static IReadOnlyList<RedriveRecord> ListRunning(Connection connection)
    {
        var found = new List<RedriveRecord>();
        using var rows = connection.Use(Running);
        while (rows.Step())
        {
            found.Add(Read(rows));
        }

        return found;
    }

    private static RedriveRecord Read(Statement row)
    {
        var terms = JsonSerializer.Deserialize(row.Text(3), Json.Default.RedriveTerms)!;
        return new RedriveRecord
        {
            Id = row.Text(1),
            Filter = terms.Filter,
            Replay = terms.Replay,
            MaxRatePerSecond = terms.MaxRatePerSecond,
            State = (RedriveState)row.Int(2),
            Matched = row.Int(4),
            Retried = row.Int(5),
            Skipped = row.Int(6),
            CreateTime = row.Time(7),
            UpdateTime = row.Time(8),
        };
    }
}

/// <summary>A redrive with what only the engine knows of it.</summary>
internal readonly record struct StoredRedrive(long Seq, RedriveRecord Redrive, RedriveScope Scope, long Position);
