using System.Text.Json;
using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <summary>The audit log's rows as records.</summary>
internal static class AuditRows
{
    private const int LookAtMost = 10_000;
    public const string Columns = "SELECT seq, document FROM audit_events ";
    private const string Select = Columns + "WHERE seq >= ? AND seq < ? ";
    private const string Newest = "ORDER BY seq DESC";

    internal static readonly Sql All = new(Select + Newest);
    internal static readonly Sql OfTenant = new(Select + "AND tenant = ? " + Newest);
    internal static readonly Sql OfActor = new(Select + "AND actor = ? " + Newest);
    internal static readonly Sql OfResource = new(Select + "AND resource = ? " + Newest);
    internal static readonly Sql OfMethod = new(Select + "AND method = ? " + Newest);
    private static readonly Sql Last = new("SELECT seq FROM audit_events ORDER BY seq DESC LIMIT 1");
    private static readonly Sql InsertOne = new("INSERT INTO audit_events VALUES (?, ?, ?, ?, ?, ?)");

    /// <summary>Stores an entry if something changed, and returns what the change returned.</summary>
    public static T Log<T>(WriteSession session, T result, Predicate<T> changed, AuditRecord audit)
    {
        if (changed(result))
        {
            Insert(session, audit with { Time = NextTime(session) });
        }

        return result;
    }

    public static Page<AuditRecord> List(Connection connection, AuditQuery query)
    {
        // By what fewest entries have.
        var (sql, value) = query switch
        {
            { ResourceId: { } resource } => (OfResource, resource),
            { ActorId: { } actor } => (OfActor, actor),
            { Method: { } method } => (OfMethod, method),
            { TenantId: { } tenant } => (OfTenant, tenant),
            _ => (All, null),
        };
        var page = new PageBuilder(query.Limit, LookAtMost);
        var shown = new Dictionary<long, AuditRecord>();
        var rows = connection.Use(sql).Bind(query.From).Bind(query.To);
        using (value is null ? rows : rows.Bind(value))
        {
            while (page.WantsMore && rows.Step())
            {
                var entry = Read(rows);
                var matches = query.Matches(entry);
                page.Look(rows.Long(0), matches);
                if (matches)
                {
                    shown[rows.Long(0)] = entry;
                }
            }
        }

        return page.Build(seq => shown[seq]);
    }

    public static AuditRecord Read(Statement row) => JsonSerializer.Deserialize(row.Text(1), Json.Default.AuditRecord)!;

    /// <summary>Stores an entry that has its time.</summary>
    public static void Insert(WriteSession session, AuditRecord entry)
    {
        var document = JsonSerializer.Serialize(entry, Json.Default.AuditRecord);
        session.Use(InsertOne)
            .Bind(entry.Time.ToMicroseconds()).Bind(entry.TenantId).Bind(entry.Actor.Id).Bind(entry.ResourceId).Bind(entry.Method).Bind(document)
            .Run();
        session.NoteRow(document.Length);
    }

    /// <summary>The time of the next entry.</summary>
    private static DateTimeOffset NextTime(WriteSession session)
    {
        using var last = session.Use(Last);
        var now = session.Now.ToMicroseconds();
        return Timestamps.FromMicroseconds(last.Step() ? Math.Max(now, last.Long(0) + 1) : now);
    }
}
