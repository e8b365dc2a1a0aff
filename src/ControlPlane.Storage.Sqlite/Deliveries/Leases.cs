using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Giving leases back, prolonging them, and taking them from holders that are gone.</summary>
internal static class Leases
{
    private const int RecoverBatch = 1_000;

    private static readonly Sql ExtendOne = new("UPDATE deliveries SET lease_until = ? WHERE seq = ?");
    private static readonly Sql FindByFence = new("SELECT seq FROM deliveries WHERE id = ? AND state = 2 AND fence = ?");

    private const string Dead = "(lease_until < ? OR owner_seq <> ?)";

    internal static readonly Sql FindDead = new("SELECT seq FROM deliveries WHERE lease_until IS NOT NULL AND " + Dead + " LIMIT ?");
    private static readonly Sql IsDead = new("SELECT seq FROM deliveries WHERE seq = ? AND lease_until IS NOT NULL AND " + Dead);

    public static int Release(WriteSession session, IReadOnlyList<Lease> leases, TimeSpan delay)
    {
        var now = session.Now;
        var released = 0;
        foreach (var lease in leases)
        {
            if (Find(session, lease) is { } seq)
            {
                Return(session, seq, now + delay, now);
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
            if (Find(session, lease) is { } seq)
            {
                session.Use(ExtendOne).Bind(until).Bind(seq).Run();
            }
            else
            {
                stale.Add(lease.DeliveryId);
            }
        }

        return stale;
    }

    /// <summary>Leases that expired or, if an owner is given, that another one took. Looks at all there are, which is the readers' part.</summary>
    public static List<long> ListDead(Connection connection, string? owner, DateTimeOffset now) =>
        Read(connection.Use(FindDead).Bind(now).Bind(OwnerSeq(connection, owner)).Bind(RecoverBatch));

    /// <summary>Takes back those of the leases that are still dead.</summary>
    public static int Recover(WriteSession session, List<long> dead, string? owner)
    {
        var (now, survivor) = (session.Now, OwnerSeq(session.Connection, owner));
        var lost = dead.Where(seq => Read(session.Use(IsDead).Bind(seq).Bind(now).Bind(survivor)).Count > 0).ToList();
        lost.ForEach(seq => Return(session, seq, now, now));
        return lost.Count;
    }

    /// <summary>An owner's number; one that no lease has if it never took any, and null, which differs from nothing, if there is none.</summary>
    private static long? OwnerSeq(Connection connection, string? owner) =>
        owner is null ? null : InternedTexts.FindSeq(connection, TextKind.Owner, owner) ?? 0;

    private static List<long> Read(Statement rows)
    {
        using (rows)
        {
            var seqs = new List<long>();
            while (rows.Step())
            {
                seqs.Add(rows.Long(0));
            }

            return seqs;
        }
    }

    private static void Return(WriteSession session, long seq, DateTimeOffset due, DateTimeOffset now)
    {
        var stored = DeliveryRows.Get(session.Connection, seq);
        DeliveryRows.Save(session, seq, DeliveryTransitions.Release(stored.Delivery, stored.Erased, due, now));
        if (stored.Line is { } line)
        {
            OrderingLines.Advance(session, line, now);
        }
    }

    private static long? Find(WriteSession session, Lease lease)
    {
        using var row = session.Use(FindByFence).Bind(lease.DeliveryId).Bind(lease.Fence);
        return row.Step() ? row.Long(0) : null;
    }
}
