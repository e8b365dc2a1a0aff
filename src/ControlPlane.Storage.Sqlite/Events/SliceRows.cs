using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Deliveries of large appends that are stored in transactions after that of their event.</summary>
internal static class SliceRows
{
    private static readonly Sql InsertOne = new("INSERT INTO slices (first, deliveries) VALUES (?, ?)");
    private static readonly Sql DeleteOne = new("DELETE FROM slices WHERE first = ?");
    private static readonly Sql All = new("SELECT first, deliveries FROM slices ORDER BY first");
    private static readonly Sql First = new("SELECT first FROM slices ORDER BY first LIMIT 1");
    private static readonly Sql Source = new("SELECT tenant_seq, type_seq, instance_seq, first_delivery FROM events WHERE seq = ?");

    public static SlicedAppends<WriteSession> AppendsTo(SqliteDatabase database) => new(database.Writer, Appends.Begin, Store, database.Clock);

    public static void Insert(WriteSession session, IReadOnlyList<Slice> slices)
    {
        foreach (var slice in slices)
        {
            session.Use(InsertOne).Bind(slice.First).Bind(slice.Write()).Run();
            session.NoteRow();
        }
    }

    /// <summary>Returns those that are left, oldest first.</summary>
    public static IReadOnlyList<Slice> FindAll(Connection connection)
    {
        var found = new List<Slice>();
        using var rows = connection.Use(All);
        while (rows.Step())
        {
            found.Add(Slice.Parse(rows.Long(0), rows.Text(1)));
        }

        return found;
    }

    /// <summary>Returns the position of the first delivery that is left; null if none is.</summary>
    public static long? FindFirst(Connection connection)
    {
        using var row = connection.Use(First);
        return row.Step() ? row.Long(0) : null;
    }

    /// <summary>Stores the deliveries of a slice; returns them. Those of webhooks that were deleted meanwhile are not stored.</summary>
    public static IReadOnlyList<DeliveryRecord> Store(WriteSession session, Slice slice, string owner, TimeSpan leaseFor)
    {
        if (session.Use(DeleteOne).Bind(slice.First).RunAndCount() == 0)
        {
            return [];
        }

        var stored = new List<DeliveryRecord>(slice.Deliveries.Count);
        foreach (var ofEvent in slice.Deliveries.GroupBy(delivery => delivery.EventSeq))
        {
            if (FindSource(session, ofEvent.Key) is { } source)
            {
                StoreOfEvent(session, source, ofEvent, new AppendRequest(source.Added.Event.TenantId, 0, [], owner, leaseFor), stored);
            }
        }

        return stored;
    }

    private static void StoreOfEvent(
        WriteSession session, in EventRow source, IEnumerable<SlicedDelivery> deliveries, AppendRequest request, List<DeliveryRecord> stored)
    {
        var batch = new AppendBatch(session, request, source.Tenant);
        foreach (var (_, position, delivery) in deliveries)
        {
            stored.Add(session.Refs.FindReceiver(source.Tenant, delivery.WebhookId) is null
                ? DeliveryTransitions.Cancel(
                    DeliveryTransitions.Create(source.Added.Event, delivery, inLine: false, leased: false), EndReason.WebhookDeleted, session.Now)
                : batch.Add(source, delivery, position));
        }

        batch.Store();
    }

    private static EventRow? FindSource(WriteSession session, long seq)
    {
        using var row = session.Use(Source).Bind(seq);
        return row.Step()
            ? new EventRow(new NewEvent(EventRows.Get(session.Connection, seq), [], null), seq, row.Long(0), row.Long(1), row.Long(2), row.Long(3))
            : null;
    }
}
