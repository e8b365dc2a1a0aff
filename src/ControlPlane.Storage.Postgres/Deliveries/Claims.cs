using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Postgres;

/// <summary>Leasing what is due.</summary>
internal sealed class Claims(Transactions transactions, WebhookRefs webhooks, DeliveryPlaces places)
{
    private static readonly ClaimResult Nothing = new([], null);

    /// <summary>Tells the locks of webhooks from others.</summary>
    private const int LockSpace = 1;

    /// <summary>One claim of a webhook at a time: others would find the same deliveries and get none.</summary>
    private const string LockWebhook = "SELECT pg_advisory_xact_lock($1, $2)";

    private const string FindDue =
        """
        SELECT d.seq, w.id, d.line FROM webhooks w CROSS JOIN LATERAL (
          SELECT seq, due, line FROM deliveries
          WHERE webhook_seq = w.seq AND due IS NOT NULL AND NOT blocked AND due <= $2 ORDER BY due, seq LIMIT $3) d
        WHERE w.seq = $1 AND w.delete_time IS NULL ORDER BY d.due, d.seq
        """;

    private const string FindNextDue =
        """
        SELECT d.due FROM webhooks w CROSS JOIN LATERAL (
          SELECT due FROM deliveries WHERE webhook_seq = w.seq AND due IS NOT NULL AND NOT blocked ORDER BY due LIMIT 1) d
        WHERE w.seq = $1 AND w.delete_time IS NULL
        """;

    public async Task<ClaimResult> ClaimAsync(ClaimRequest request, CancellationToken cancellationToken)
    {
        if (await webhooks.FindAsync(request.WebhookId, cancellationToken).ConfigureAwait(false) is not { } webhook
            || !transactions.Holdings.Owns(request.WebhookId))
        {
            return Nothing;
        }

        DateTimeOffset? nextDue = null;
        return await transactions.RunAsync<ClaimResult>(
            new Questions(),
            async (unit, answers) =>
            {
                if (!answers.IsMember || !unit.Holdings.Owns(request.WebhookId))
                {
                    return () => Nothing;
                }

                var claimed = await StageAsync(unit, webhook, request).ConfigureAwait(false);
                return () => new ClaimResult(Take(claimed), nextDue);
            },
            cancellationToken,
            script => script.Add(FindNextDue, webhook.Seq),
            async rows => nextDue = await rows.ReadAsync().ConfigureAwait(false) ? rows.TimeOrNull(0) : null).ConfigureAwait(false);
    }

    private static async Task<List<StagedDelivery>> StageAsync(Unit unit, WebhookRef webhook, ClaimRequest request)
    {
        var due = await FindDueAsync(unit, webhook, request.Limit).ConfigureAwait(false);
        var questions = new Questions();
        questions.Ask(due);
        var answers = await Asking.AskAsync(unit, questions).ConfigureAwait(false);
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

    private static async Task<List<DeliveryPlace>> FindDueAsync(Unit unit, WebhookRef webhook, int limit)
    {
        await using var script = new Script(unit.Connection)
            .Add(LockWebhook, LockSpace, (int)webhook.Seq)
            .Add(FindDue, webhook.Seq, unit.Now, (long)Math.Max(0, limit));
        await using var rows = await script.ReadAsync(CancellationToken.None).ConfigureAwait(false);
        await rows.NextResultAsync().ConfigureAwait(false);
        return await rows.ListAsync(
            row => new DeliveryPlace(row.GetInt64(0), row.TextOrNull(2) is { } key ? new Line(row.GetString(1), key) : null),
            CancellationToken.None).ConfigureAwait(false);
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
