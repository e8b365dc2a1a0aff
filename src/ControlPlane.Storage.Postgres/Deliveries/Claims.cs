using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Postgres;

/// <summary>
/// Leasing what is due: looked for by a read of its own, and leased together with what others do. Where several nodes share the work,
/// most deliveries are claimed, and a transaction for each webhook would be most of what a database does.
/// </summary>
internal sealed class Claims(Database database, Batcher batcher, Holdings holdings, WebhookRefs webhooks, DeliveryPlaces places)
{
    private static readonly ClaimResult Nothing = new([], null);

    /// <summary>One claim of a webhook at a time: others would find the same deliveries and get none.</summary>
    private readonly KeyedLock<long> _claiming = new();

    /// <summary>The first waiting ones of a webhook, one more than can be claimed: it says when to look again.</summary>
    private const string FindFirst =
        """
        SELECT d.seq, w.id, d.line, d.due, NOW FROM webhooks w CROSS JOIN LATERAL (
          SELECT seq, due, line FROM deliveries WHERE webhook_seq = w.seq AND due IS NOT NULL AND NOT blocked ORDER BY due, seq LIMIT $2) d
        WHERE w.seq = $1 AND w.delete_time IS NULL ORDER BY d.due, d.seq
        """;

    public async Task<ClaimResult> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken)
    {
        using var use = batcher.Enter();
        if (await webhooks.FindAsync(request.WebhookId, cancellationToken).ConfigureAwait(false) is not { } webhook || !holdings.Owns(request.WebhookId))
        {
            return Nothing;
        }

        using var turn = await _claiming.EnterAsync(webhook.Seq, cancellationToken).ConfigureAwait(false);
        var (due, next) = await FindDueAsync(webhook, Math.Max(0, request.Limit), cancellationToken).ConfigureAwait(false);
        return due.Count == 0
            ? new ClaimResult([], next)
            : await batcher.RunAsync<ClaimResult>(
                questions => questions.TryAsk(due),
                (unit, answers) =>
                {
                    if (!answers.IsMember || !unit.Holdings.Owns(request.WebhookId))
                    {
                        return () => Nothing;
                    }

                    var claimed = Stage(unit, answers, due, request);
                    return () => new ClaimResult(Take(claimed), next);
                },
                cancellationToken,
                request.TenantId,
                due.Count).ConfigureAwait(false);
    }

    private async Task<(List<DeliveryPlace> Due, DateTimeOffset? Next)> FindDueAsync(WebhookRef webhook, int limit, CancellationToken cancellationToken)
    {
        var first = await database.ListPlannedAsync(
            FindFirst.Replace("NOW", database.Now, StringComparison.Ordinal),
            row => (
                Place: new DeliveryPlace(row.GetInt64(0), row.TextOrNull(2) is { } key ? new Line(row.GetString(1), key) : null),
                Due: row.Time(3),
                Now: row.Time(4)),
            cancellationToken, webhook.Seq, limit + 1L).ConfigureAwait(false);
        var due = first.Take(limit).TakeWhile(each => each.Due <= each.Now).Select(each => each.Place).ToList();
        return (due, due.Count < first.Count ? first[due.Count].Due : null);
    }

    private static List<StagedDelivery> Stage(Unit unit, Answers answers, List<DeliveryPlace> due, ClaimRequest request)
    {
        var claimed = new List<StagedDelivery>();
        foreach (var place in due)
        {
            // Looked at again, since it could change until it was locked.
            if (answers.Deliveries.TryGetValue(place.Seq, out var stored) && stored is { Blocked: false, WebhookDeleted: false }
                && stored.Delivery.NextAttemptTime <= unit.Now && IsItsTurn(unit, answers, stored))
            {
                var leased = DeliveryTransitions.Claim(stored.Delivery, unit.Now);
                claimed.Add(unit.Save(stored, leased, unit.Holdings.LeaseName ?? request.Owner, unit.Now + request.LeaseFor));
                answers.FrontOf(leased)?.Note(leased, stored.Seq);
            }
        }

        return claimed;
    }

    private static bool IsItsTurn(Unit unit, Answers answers, StoredDelivery stored)
    {
        var blocked = answers.FrontOf(stored.Delivery)?.Advance(unit, stored.Delivery, stored.Seq, stored.HeadOfLine).Blocked ?? false;
        if (blocked)
        {
            unit.Blocked[stored.Seq] = true;
        }

        return !blocked;
    }

    private List<DeliveryRecord> Take(List<StagedDelivery> claimed)
    {
        claimed.ForEach(staged => places.Remember(staged.Delivery, staged.Seq));
        return [.. claimed.Select(staged => staged.Delivery)];
    }
}
