using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Transitions;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Deliveries of large appends that are stored in transactions after that of their event.</summary>
internal static class SliceDocuments
{
    public static SlicedAppends<WriteSession> AppendsTo(LiteDbDatabase database) => new(database.Writer, Appends.Begin, Store, database.Clock);

    public static void Insert(WriteSession session, IReadOnlyList<Slice> slices)
    {
        if (slices.Count > 0)
        {
            session.Stored.Insert(Collections.Slices, slices.Select(slice => new BsonDocument { ["_id"] = slice.First, ["d"] = slice.Write() }));
            session.NoteSize(documents: slices.Count);
        }
    }

    /// <summary>Returns those that are left, oldest first.</summary>
    public static IReadOnlyList<Slice> FindAll(DocumentStore documents)
    {
        var found = new List<Slice>();
        using var rows = documents.Within(Collections.Slices, long.MinValue, long.MaxValue);
        while (rows.Step())
        {
            found.Add(Slice.Parse(rows.Current.Seq(), rows.Current.Text("d")));
        }

        return found;
    }

    public static bool Any(DocumentStore documents) => documents.FirstWithin(Collections.Slices, long.MinValue, long.MaxValue) is not null;

    /// <summary>Stores the deliveries of a slice; returns them. Those of webhooks that were deleted meanwhile are not stored.</summary>
    public static IReadOnlyList<DeliveryRecord> Store(WriteSession session, Slice slice, string owner, TimeSpan leaseFor)
    {
        if (session.Stored.Delete(Collections.Slices, [new BsonValue(slice.First)]) == 0)
        {
            return [];
        }

        var request = new AppendRequest("", 0, [], owner, leaseFor);
        var stored = new List<DeliveryRecord>(slice.Deliveries.Count);
        StoredEvent? source = null;
        foreach (var (eventSeq, seq, delivery) in slice.Deliveries)
        {
            source = source?.Seq == eventSeq ? source : session.Events.Find(session.Stored, eventSeq);
            if (source is null)
            {
                continue;
            }

            stored.Add(session.Refs.FindReceiver(session.Stored, delivery.WebhookId) is null
                ? DeliveryTransitions.Cancel(
                    DeliveryTransitions.Create(source.Event, delivery, inLine: false, leased: false), EndReason.WebhookDeleted, session.Now)
                : Appends.AddDelivery(session, request, source, delivery, seq));
        }

        return stored;
    }
}
