namespace ControlPlane.Storage.Sqlite;

/// <summary>Giving leases back, prolonging them, and taking them from holders that are gone.</summary>
internal static class Leases
{
    private const int RecoverBatch = 1_000;

    private static readonly Sql ExtendOne = new("UPDATE deliveries SET lease_until = ? WHERE seq = ?");
    private static readonly Sql FindHeld = new("SELECT seq FROM deliveries WHERE id = ? AND state = 2 AND fence = ?");

    internal static readonly Sql FindExpired = new(
        "SELECT seq FROM deliveries WHERE lease_until IS NOT NULL AND lease_until < ? LIMIT ?");

    private static readonly Sql IsExpired = new("SELECT seq FROM deliveries WHERE seq = ? AND lease_until < ?");

    internal static readonly Sql FindForeign = new(
        "SELECT seq FROM deliveries WHERE lease_until IS NOT NULL AND owner_seq <> ? LIMIT ?");

    public static int Release(WriteSession session, IReadOnlyList<Lease> leases, DateTimeOffset due, DateTimeOffset now)
    {
        var released = 0;
        foreach (var lease in leases)
        {
            if (Find(session, lease) is { } seq)
            {
                Return(session, seq, due, now);
                released++;
            }
        }

        return released;
    }

    public static IReadOnlyList<string> Extend(WriteSession session, IReadOnlyList<Lease> leases, DateTimeOffset until)
    {
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

    /// <summary>Leases that expired. Looks at all there are, which is the readers' part.</summary>
    public static List<long> ListExpired(Connection connection, DateTimeOffset now) =>
        Read(connection.Use(FindExpired).Bind(now).Bind(RecoverBatch));

    /// <summary>Takes back those of the leases that are still expired.</summary>
    public static int Recover(WriteSession session, List<long> expired, DateTimeOffset now)
    {
        var lost = expired.Where(seq => Read(session.Use(IsExpired).Bind(seq).Bind(now)).Count > 0).ToList();
        lost.ForEach(seq => Return(session, seq, now, now));
        return lost.Count;
    }

    /// <summary>Takes back leases that the survivor does not hold.</summary>
    public static int Recover(WriteSession session, string survivor, DateTimeOffset now)
    {
        var lost = Read(session.Use(FindForeign).Bind(session.Intern(TextKind.Owner, survivor)).Bind(RecoverBatch));
        lost.ForEach(seq => Return(session, seq, now, now));
        return lost.Count;
    }

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
        DeliveryRows.Save(session, seq, DeliveryRows.Unleased(stored.Delivery, due, now));
        if (stored.Line is { } line)
        {
            OrderingLines.Advance(session, line, now);
        }
    }

    private static long? Find(WriteSession session, Lease lease)
    {
        using var row = session.Use(FindHeld).Bind(lease.DeliveryId).Bind(lease.Fence);
        return row.Step() ? row.Long(0) : null;
    }
}
