using ControlPlane.Storage.Transitions;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Giving leases back, prolonging them, and taking them from holders that are gone.</summary>
internal static class Leases
{
    /// <summary>How many are looked at or taken back in one operation: others' go in between.</summary>
    public const int RecoverAtOnce = 256;

    /// <summary>Who has a delivery, and until when.</summary>
    public static BsonExpression Holder { get; } = BsonExpression.Create("{_id: $._id, lu: $.lu, lo: $.lo}");

    public static int Release(WriteSession session, IReadOnlyList<Lease> leases, TimeSpan delay)
    {
        var now = session.Now;
        var released = 0;
        foreach (var lease in leases)
        {
            if (Find(session, lease) is { } stored)
            {
                Return(session, stored, now + delay, now);
                released++;
            }
        }

        return released;
    }

    public static IReadOnlyList<string> Extend(WriteSession session, IReadOnlyList<Lease> leases, TimeSpan leaseFor)
    {
        var until = session.Now + leaseFor;
        var stale = new List<string>();
        foreach (var lease in leases)
        {
            if (Find(session, lease) is { } stored)
            {
                stored.LeaseUntil = until;
                session.Deliveries.Change(stored);
                session.NoteSize();
            }
            else
            {
                stale.Add(lease.DeliveryId);
            }
        }

        return stale;
    }

    /// <summary>Returns the positions of those whose leases expired or, if an owner is given, were taken by another one.</summary>
    public static List<long> DeadOf(IEnumerable<BsonDocument> leased, string? owner, DateTimeOffset now) =>
        [.. leased.Where(holder => IsDead(holder.TimeOrNull("lu"), holder.Text("lo"), owner, now)).Select(holder => holder.Seq())];

    /// <summary>Takes back those of the leases that are still dead.</summary>
    public static int Recover(WriteSession session, IReadOnlyList<long> dead, string? owner)
    {
        var now = session.Now;
        var lost = dead.Select(seq => session.Deliveries.Find(session.Stored, seq)).OfType<StoredDelivery>()
            .Where(stored => IsDead(stored.LeaseUntil, stored.Owner, owner, now)).ToList();
        lost.ForEach(stored => Return(session, stored, now, now));
        return lost.Count;
    }

    private static bool IsDead(DateTimeOffset? until, string holder, string? owner, DateTimeOffset now) =>
        until is not null && (until < now || (owner is not null && holder != owner));

    private static void Return(WriteSession session, StoredDelivery stored, DateTimeOffset due, DateTimeOffset now)
    {
        session.Save(stored, DeliveryTransitions.Release(stored.Delivery, stored.Erased, due, now));
        if (WebhookOf.Line(session, stored) is { } line)
        {
            OrderingLines.Advance(session, line, now);
        }
    }

    private static StoredDelivery? Find(WriteSession session, Lease lease) =>
        session.Deliveries.Find(session.Stored, lease.DeliveryId) is { Delivery.State: DeliveryState.InFlight } stored && stored.Delivery.Fence == lease.Fence
            ? stored
            : null;
}
