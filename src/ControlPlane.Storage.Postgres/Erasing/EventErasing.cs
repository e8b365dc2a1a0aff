using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Postgres;

/// <summary>Erasing events, with what becomes of their deliveries.</summary>
internal sealed class EventErasing(Transactions transactions)
{
    /// <summary>Says of leased deliveries of erased events why they end. For those that came as they were.</summary>
    public const string MarkLeased =
        """
        UPDATE deliveries d SET erased = CASE WHEN e.expire_time <= e.erase_time THEN 5 ELSE 10 END
        FROM events e WHERE d.lease_until IS NOT NULL AND e.seq = d.event_seq AND e.erase_time IS NOT NULL
        """;

    private const string FindDeliveries =
        """
        SELECT d.seq, w.id, d.line FROM events e CROSS JOIN LATERAL (
          SELECT seq, webhook_seq, line FROM deliveries WHERE seq BETWEEN e.first_delivery AND e.first_delivery + e.delivery_count - 1
          UNION ALL
          SELECT x.seq, x.webhook_seq, x.line FROM later_deliveries l JOIN deliveries x ON x.seq = l.delivery_seq WHERE l.event_seq = e.seq) d
        JOIN webhooks w ON w.seq = d.webhook_seq + 0
        WHERE e.seq = ANY($1) AND e.seq BETWEEN $2 AND $3 AND e.erase_time IS NULL
        """;

    private const string EraseEvents =
        """
        UPDATE events SET labels = NULL, erase_time = $4 WHERE seq = ANY($1) AND seq BETWEEN $2 AND $3 AND erase_time IS NULL
        RETURNING seq, expire_time
        """;

    private const string ErasePayloads = "DELETE FROM payloads WHERE event_seq = ANY($1) AND event_seq BETWEEN $2 AND $3";

    private const string EraseAnswers =
        """
        UPDATE attempts SET response_excerpt = '' WHERE delivery_seq = ANY($1) AND delivery_seq BETWEEN $2 AND $3 AND response_excerpt <> ''
        """;

    // The days by a condition that no index serves, as in UnitRows.
    private const string Mark =
        """
        UPDATE deliveries d SET erased = u.erased FROM unnest($1::bigint[], $2::smallint[]) u (seq, erased)
        WHERE d.seq = u.seq AND d.seq >= ALL(ARRAY[$3::bigint]) AND d.seq <= ALL(ARRAY[$4::bigint])
        """;

    /// <summary>Erases those that are not erased yet; returns how many.</summary>
    /// <param name="events">Their numbers.</param>
    /// <param name="ofTenant">The tenant that asked for it, which other nodes are told of; null if nobody did.</param>
    /// <param name="audit">The audit log's entry; null for none.</param>
    /// <param name="cancellationToken">Looked at before it begins.</param>
    public async Task<int> EraseAsync(
        IReadOnlyList<long> events, string? ofTenant, AuditRecord? audit, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
        {
            return 0;
        }

        long[] seqs = [.. events.Order()];
        var places = await transactions.Database.ListAsync(
            FindDeliveries,
            row => new DeliveryPlace(row.GetInt64(0), row.TextOrNull(2) is { } key ? new Line(row.GetString(1), key) : null),
            cancellationToken, seqs, seqs[0], seqs[^1]).ConfigureAwait(false);
        var questions = new Questions();
        questions.Ask(places);
        if (ofTenant is not null)
        {
            questions.ChangedTenants.Add(ofTenant);
        }

        return await transactions.RunAsync<int>(
            questions,
            async (unit, answers) =>
            {
                var erased = (await unit.ListAsync(
                    EraseEvents, row => (Seq: row.GetInt64(0), Expires: row.TimeOrNull(1)), seqs, seqs[0], seqs[^1], unit.Now).ConfigureAwait(false))
                    .ToDictionary(each => each.Seq, each => ErasureRules.ReasonOf(each.Expires, unit.Now));
                await unit.RunAsync(ErasePayloads, erased.Keys.ToArray(), seqs[0], seqs[^1]).ConfigureAwait(false);
                var deliveries = answers.Deliveries.Values.Where(each => erased.ContainsKey(each.EventSeq)).OrderBy(each => each.Seq).ToList();
                if (deliveries.Count > 0)
                {
                    await EraseDeliveriesAsync(unit, answers, deliveries, erased).ConfigureAwait(false);
                }

                if (ofTenant is not null && erased.Count > 0)
                {
                    // So that other nodes look at what they hold in memory.
                    unit.Reconfigured.Add(ofTenant);
                }

                var count = audit is null ? erased.Count : unit.Log(erased.Count, erased.Count > 0, audit);
                return () => count;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task EraseDeliveriesAsync(
        Unit unit, Answers answers, List<StoredDelivery> deliveries, Dictionary<long, EndReason> erased)
    {
        var seqs = deliveries.Select(each => each.Seq).ToArray();
        await unit.RunAsync(EraseAnswers, seqs, seqs[0], seqs[^1]).ConfigureAwait(false);
        var leased = deliveries.Where(each => each.Delivery.State == DeliveryState.InFlight).ToList();
        if (leased.Count > 0)
        {
            await unit.RunAsync(
                Mark, leased.Select(each => each.Seq).ToArray(), leased.Select(each => (short)erased[each.EventSeq]).ToArray(), leased[0].Seq,
                leased[^1].Seq).ConfigureAwait(false);
        }

        foreach (var stored in deliveries.Where(each => each.Delivery.NextAttemptTime is not null))
        {
            DeliveryWrites.Save(unit, answers, stored, ErasureRules.End(stored.Delivery, erased[stored.EventSeq], unit.Now));
        }
    }
}
