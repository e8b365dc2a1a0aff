using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Giving leases back, prolonging them, and taking them from holders that are gone.</summary>
internal static class Leases
{
    private const int RecoverBatch = 1_000;

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

    /// <summary>Lists leases that expired or, if an owner is given, that another one took.</summary>
    public static List<long> ListDead(DocumentStore documents, string? owner, DateTimeOffset now) =>
        [.. LeasedWalk.All(documents).Select(DeliveryFormat.Read).Where(stored => IsDead(stored, owner, now)).Select(stored => stored.Seq).Take(RecoverBatch)];

    /// <summary>Takes back those of the leases that are still dead.</summary>
    public static int Recover(WriteSession session, List<long> dead, string? owner)
    {
        var now = session.Now;
        var lost = dead.Select(seq => session.Deliveries.Find(session.Stored, seq)).OfType<StoredDelivery>()
            .Where(stored => IsDead(stored, owner, now)).ToList();
        lost.ForEach(stored => Return(session, stored, now, now));
        return lost.Count;
    }

    private static bool IsDead(StoredDelivery stored, string? owner, DateTimeOffset now) =>
        stored.LeaseUntil is { } until && (until < now || (owner is not null && stored.Owner != owner));

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
