using ControlPlane.Storage.Transitions;
using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>What a commit gave.</summary>
/// <param name="Revision">The latest revision after it.</param>
/// <param name="Changes">What changed, in the order of revisions.</param>
/// <param name="OpenOfTenants">Unfinished deliveries of the tenants whose number changed.</param>
/// <param name="OpenOfAll">Unfinished deliveries of all.</param>
internal sealed record Committed(
    long Revision, IReadOnlyList<DeliveryRecord> Changes, IReadOnlyList<(long TenantSeq, long Open)> OpenOfTenants, long OpenOfAll);

/// <summary>Stores what a unit holds and commits it, in one round trip.</summary>
internal static class UnitWriter
{
    /// <summary>The channel on which nodes tell each other that there is something new.</summary>
    public const string Channel = "controlplane";

    // The one row that every commit updates: its lock makes the order of numbers that of the commits.
    private const string TakeNumbers =
        """
        UPDATE store SET revision = revision + $1, event_seq = greatest(event_seq, $4) + $2, delivery_seq = greatest(delivery_seq, $4) + $3,
          open = open + $5, revision_floor = greatest(revision_floor, $6), config_seq = config_seq + $7
        RETURNING revision, event_seq, delivery_seq, open
        """;

    private const string AddBacklogs =
        """
        INSERT INTO backlogs AS b (tenant_seq, open) SELECT * FROM unnest($1::bigint[], $2::bigint[])
        ON CONFLICT (tenant_seq) DO UPDATE SET open = b.open + excluded.open
        RETURNING b.tenant_seq, b.open
        """;

    // The days of what is changed by a condition that no index serves, as in UnitRows.
    private const string SetBlocked =
        """
        UPDATE deliveries d SET blocked = u.blocked FROM unnest($1::bigint[], $2::boolean[]) u (seq, blocked)
        WHERE d.seq = u.seq AND d.seq >= ALL(ARRAY[$3::bigint]) AND d.seq <= ALL(ARRAY[$4::bigint])
        """;

    private const string Extend =
        """
        UPDATE deliveries d SET lease_until = u.until FROM unnest($1::bigint[], $2::bigint[]) u (seq, until)
        WHERE d.seq = u.seq AND d.seq >= ALL(ARRAY[$3::bigint]) AND d.seq <= ALL(ARRAY[$4::bigint])
        """;

    private const string SetConfig = "UPDATE tenants SET config_seq = (SELECT config_seq FROM store) WHERE id = ANY($1)";

    public static async Task<Committed> CommitAsync(Unit unit)
    {
        var partitions = unit.Database.Partitions;
        var day = Math.Max(Days.Of(unit.Now), partitions.From);
        var added = unit.Born.Count();
        var isBorn = unit.Events.Count > 0 || added > 0;
        if (isBorn && !partitions.Has(day))
        {
            await partitions.EnsureAsync(day, CancellationToken.None).ConfigureAwait(false);
        }

        await using var script = new Script(unit.Connection);
        var takesNumbers = !unit.IsEmpty || unit.Reconfigured.Count > 0;
        var backlogs = unit.Opened.Where(each => each.Value != 0).OrderBy(each => each.Key).ToList();
        if (takesNumbers)
        {
            script.Add(
                TakeNumbers, (long)unit.Changes.Count, (long)unit.Events.Count, (long)added, isBorn ? Days.FirstSeq(day) : 0L,
                backlogs.Sum(each => each.Value), unit.Floor, unit.Reconfigured.Count > 0 ? 1L : 0L);
            if (backlogs.Count > 0)
            {
                script.Add(AddBacklogs, backlogs.Select(each => each.Key).ToArray(), backlogs.Select(each => each.Value).ToArray());
            }
        }

        UnitRows.Add(script, unit);
        AddSmall(script, unit);
        UnitAudits.Add(script, unit);
        foreach (var notice in Notifications.Of(unit))
        {
            script.Add("SELECT pg_notify($1, $2)", Channel, notice);
        }

        script.Add("COMMIT");
        await using var rows = await script.ReadAsync(CancellationToken.None).ConfigureAwait(false);
        return await ReadAsync(rows, unit, takesNumbers, backlogs.Count > 0).ConfigureAwait(false);
    }

    private static void AddSmall(Script script, Unit unit)
    {
        if (unit.Blocked.Count > 0)
        {
            var seqs = unit.Blocked.Keys.Order().ToArray();
            script.Add(SetBlocked, seqs, seqs.Select(seq => unit.Blocked[seq]).ToArray(), seqs[0], seqs[^1]);
        }

        if (unit.Extended.Count > 0)
        {
            var seqs = unit.Extended.Keys.Order().ToArray();
            script.Add(Extend, seqs, seqs.Select(seq => unit.Extended[seq].ToMicroseconds()).ToArray(), seqs[0], seqs[^1]);
        }

        var waiting = unit.Waiting.Where(each => each.Value != 0).OrderBy(each => each.Key).ToList();
        if (waiting.Count > 0)
        {
            script.Add(StatsSql.AddWaiting, waiting.Select(each => each.Key).ToArray(), waiting.Select(each => each.Value).ToArray());
        }

        if (unit.Attempted.Count > 0)
        {
            var owners = unit.Attempted.Keys.Order().ToArray();
            script.Add(
                StatsSql.Add, StatsBuckets.MinuteOf(unit.Now), owners,
                owners.Select(owner => $"{{{string.Join(',', unit.Attempted[owner].Numbers.ToArray())}}}").ToArray());
        }

        if (unit.Reconfigured.Count > 0)
        {
            script.Add(SetConfig, (object)unit.Reconfigured.Order(StringComparer.Ordinal).ToArray());
        }
    }

    private static async Task<Committed> ReadAsync(NpgsqlDataReader rows, Unit unit, bool takesNumbers, bool hasBacklogs)
    {
        var committed = new Committed(0, [], [], 0);
        if (takesNumbers)
        {
            await rows.ReadAsync().ConfigureAwait(false);
            var (revision, deliverySeq, open) = (rows.GetInt64(0), rows.GetInt64(2), rows.GetInt64(3));
            List<(long, long)> backlogs = [];
            await rows.NextResultAsync().ConfigureAwait(false);
            if (hasBacklogs)
            {
                backlogs = await rows.ListAsync(row => (row.GetInt64(0), row.GetInt64(1)), CancellationToken.None).ConfigureAwait(false);
                await rows.NextResultAsync().ConfigureAwait(false);
            }

            Number(unit, revision, deliverySeq);
            committed = new Committed(revision, [.. unit.Changes.Select(change => change.Delivery)], backlogs, open);
        }

        // What fails later in the script, the commit included, is told by reading to its end.
        while (await rows.NextResultAsync().ConfigureAwait(false))
        {
        }

        return committed;
    }

    private static void Number(Unit unit, long revision, long deliverySeq)
    {
        var (first, firstSeq) = (revision - unit.Changes.Count, deliverySeq - unit.Born.Count());
        for (var i = 0; i < unit.Changes.Count; i++)
        {
            var change = unit.Changes[i];
            change.Delivery = change.Delivery with { Revision = first + i + 1 };
        }

        foreach (var delivery in unit.Born)
        {
            delivery.Seq = ++firstSeq;
        }
    }
}
