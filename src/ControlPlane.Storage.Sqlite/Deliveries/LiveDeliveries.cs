using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// Deliveries that have not ended, found through the indexes of those that wait (some of them in lines) and those that are leased. They are few
/// compared to all, and mostly of interest when they are old, far from the end where other walks begin.
/// </summary>
internal static class LiveDeliveries
{
    private const int AtMost = 5_000;

    internal static readonly Sql Waiting = new("SELECT seq FROM deliveries WHERE next_due IS NOT NULL LIMIT ?");

    internal static readonly Sql WaitingOfWebhook = new(
        "SELECT seq FROM deliveries WHERE next_due IS NOT NULL AND webhook_seq = ? LIMIT ?");

    internal static readonly Sql Blocked = new("SELECT seq FROM deliveries WHERE line_due IS NOT NULL LIMIT ?");

    internal static readonly Sql BlockedOfWebhook = new(
        "SELECT seq FROM deliveries WHERE line_due IS NOT NULL AND webhook_seq = ? LIMIT ?");

    internal static readonly Sql Leased = new("SELECT seq FROM deliveries WHERE lease_until IS NOT NULL LIMIT ?");

    private static readonly Sql One = new("SELECT " + ResolvedDeliveryFilter.Columns + " FROM deliveries WHERE seq = ?");

    /// <summary>All that can match, newest first, or null if they are too many to look at.</summary>
    public static List<long>? TryFind(Connection connection, ResolvedDeliveryFilter filter)
    {
        const long Leasing = 1L << (int)DeliveryState.InFlight;
        var found = new List<long>();
        if (filter.States != Leasing)
        {
            Add(found, Open(connection, filter, Waiting, WaitingOfWebhook));
            if (found.Count <= AtMost)
            {
                Add(found, Open(connection, filter, Blocked, BlockedOfWebhook));
            }
        }

        if ((filter.States & Leasing) != 0 && found.Count <= AtMost)
        {
            Add(found, connection.Use(Leased).Bind(AtMost + 1));
        }

        if (found.Count > AtMost)
        {
            return null;
        }

        found.RemoveAll(seq => seq < filter.From || seq >= filter.To);
        found.Sort((one, other) => other.CompareTo(one));
        return found;
    }

    public static PageBuilder Walk(Connection connection, ResolvedDeliveryFilter filter, List<long> seqs, PageBuilder page)
    {
        foreach (var seq in seqs)
        {
            if (!page.WantsMore)
            {
                break;
            }

            using var row = connection.Use(One).Bind(seq);
            if (row.Step())
            {
                page.Look(seq, filter.Matches(row));
            }
        }

        return page;
    }

    private static Statement Open(Connection connection, ResolvedDeliveryFilter filter, Sql all, Sql ofWebhook) => filter.Webhook == 0
        ? connection.Use(all).Bind(AtMost + 1)
        : connection.Use(ofWebhook).Bind(filter.Webhook).Bind(AtMost + 1);

    private static void Add(List<long> found, Statement rows)
    {
        using (rows)
        {
            while (rows.Step())
            {
                found.Add(rows.Long(0));
            }
        }
    }
}
