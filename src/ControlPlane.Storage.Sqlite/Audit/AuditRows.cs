using System.Text.Json;
using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <summary>The audit log's rows as records.</summary>
internal static class AuditRows
{
    private const int LookAtMost = 10_000;
    private const string Select = "SELECT seq, document FROM audit_events WHERE seq >= ? AND seq < ? ";
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
            Insert(session, audit);
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
                var entry = JsonSerializer.Deserialize(rows.Text(1), Json.Default.AuditRecord)!;
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

    private static void Insert(WriteSession session, AuditRecord audit)
    {
        var seq = session.Now.ToMicroseconds();
        using (var last = session.Use(Last))
        {
            seq = last.Step() ? Math.Max(seq, last.Long(0) + 1) : seq;
        }

        var document = JsonSerializer.Serialize(audit with { Time = Timestamps.FromMicroseconds(seq) }, Json.Default.AuditRecord);
        session.Use(InsertOne)
            .Bind(seq).Bind(audit.TenantId).Bind(audit.Actor.Id).Bind(audit.ResourceId).Bind(audit.Method).Bind(document)
            .Run();
        session.NoteRow(document.Length);
    }
}
