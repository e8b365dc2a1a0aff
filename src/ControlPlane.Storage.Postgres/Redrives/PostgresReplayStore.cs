using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Postgres;

/// <inheritdoc/>
internal sealed class PostgresReplayStore(Transactions transactions, WebhookRefs webhooks, Appends appends) : IReplayStore
{
    private const string FindWebhook =
        """
        SELECT w.seq, w.tenant_seq FROM webhooks w JOIN tenants t ON t.seq = w.tenant_seq
        WHERE w.id = $1 AND t.id = $2 AND w.delete_time IS NULL AND t.delete_time IS NULL
        """;

    // Retention locks them to remove them.
    private const string LockEvents = EventRows.Select + "WHERE e.seq = ANY($1) AND e.seq BETWEEN $2 AND $3 AND e.tenant_seq + 0 = $4";

    private Database Database => transactions.Database;

    public Task<RedriveScope?> BeginAsync(string tenantId, CancellationToken cancellationToken) => Database.FindAsync(
        "SELECT revision, event_seq FROM store WHERE EXISTS (SELECT 1 FROM tenants WHERE id = $1 AND delete_time IS NULL)",
        row => new RedriveScope(0, row.GetInt64(0), row.GetInt64(1) + 1), cancellationToken, tenantId);

    public async Task<EventStretch> ReadAsync(EventWalk walk, CancellationToken cancellationToken)
    {
        RedriveTransitions.Validate(walk);
        return await webhooks.FindAsync(walk.Filter.WebhookId!, cancellationToken).ConfigureAwait(false) is { } webhook
            ? await Database.ReadAsync(connection => EventWalks.ReadAsync(connection, walk, webhook.Seq), cancellationToken).ConfigureAwait(false)
            : new EventStretch([], walk.End);
    }

    public async Task<ReplayPosition?> FindAsync(string redriveId, CancellationToken cancellationToken) =>
        await Database.FindAsync(RedriveRows.Select + "WHERE id = $1 AND replay IS NOT NULL", RedriveRows.Read, cancellationToken, redriveId)
            .ConfigureAwait(false) is { } stored
            ? new ReplayPosition(stored.Redrive, stored.Position, stored.Scope.End)
            : null;

    public Task<RedriveBatch?> StepAsync(ReplayStep replayed, CancellationToken cancellationToken) => transactions.RunAsync<RedriveBatch?>(
        async unit =>
        {
            if (await RedriveRows.LockAsync(unit, replayed.RedriveId).ConfigureAwait(false) is not { Redrive.Replay: { } terms } stored)
            {
                return () => null;
            }

            if (!RedriveTransitions.CanReplay(stored.Redrive, stored.Position, replayed))
            {
                return () => new RedriveBatch(stored.Redrive, []);
            }

            var created = await CreateAsync(unit, stored.Redrive.Filter, terms, replayed.Events).ConfigureAwait(false);
            var redrive = RedriveTransitions.Advance(
                stored.Redrive, replayed.Events.Count, created.Count, finished: replayed.Next >= stored.Scope.End, unit.Now);
            await RedriveRows.SaveAsync(unit, stored, redrive, replayed.Next).ConfigureAwait(false);
            return () => new RedriveBatch(redrive, [.. created.Select(staged => staged.Delivery)]);
        },
        cancellationToken);

    private async Task<List<StagedDelivery>> CreateAsync(
        Unit unit, DeliveryFilter filter, ReplayTerms terms, IReadOnlyList<ReplayedEvent> events)
    {
        var created = new List<StagedDelivery>();
        if (events.Count == 0)
        {
            return created;
        }

        // No line has an empty key, so this is the lock of all replays to the webhook: each sees what the one before it created.
        await unit.RunAsync(Asking.LockLines, (object)new[] { new Line(filter.WebhookId!, "").Lock }).ConfigureAwait(false);
        await webhooks.ResolveAsync([filter.WebhookId!], CancellationToken.None).ConfigureAwait(false);
        var webhook = await unit.FindAsync(
            FindWebhook, row => (Seq: row.GetInt64(0), TenantSeq: row.GetInt64(1)), filter.WebhookId, filter.TenantId).ConfigureAwait(false);
        if (webhook.Seq == 0)
        {
            return created;
        }

        var found = await FindAsync(unit, webhook, terms.OnlyMissing, events).ConfigureAwait(false);
        var questions = new Questions();
        questions.Lines.UnionWith(found.Where(each => each.Event.OrderingKey.Length > 0).Select(each => new Line(filter.WebhookId!, each.Event.OrderingKey)));
        var answers = await Asking.AskAsync(unit, questions).ConfigureAwait(false);
        var ids = events.ToDictionary(each => each.Position, each => each.DeliveryId);
        foreach (var (seq, source) in found)
        {
            var staged = new StagedEvent
            {
                Event = source with { CreateTime = unit.Now },
                TenantSeq = webhook.TenantSeq,
                Fingerprint = null,
                StoredSeq = seq,
            };
            var delivery = new NewDelivery(ids[seq], filter.WebhookId!, DeliveryTrigger.Redrive, Leased: false);
            created.Add(appends.StageLater(unit, answers, staged, delivery));
        }

        return created;
    }

    /// <summary>Finds the events that can be taken, oldest first, and keeps them until the commit.</summary>
    private static async Task<List<(long Seq, EventRecord Event)>> FindAsync(
        Unit unit, (long Seq, long TenantSeq) webhook, bool onlyMissing, IReadOnlyList<ReplayedEvent> events)
    {
        var seqs = events.Select(each => each.Position).Order().ToArray();
        List<object?> values = [seqs, seqs[0], seqs[^1], webhook.TenantSeq];
        if (onlyMissing)
        {
            values.Add(webhook.Seq);
        }

        var found = await unit.ListAsync(
            LockEvents + (onlyMissing ? EventWalks.IsMissing("$5") : "") + " ORDER BY e.seq FOR KEY SHARE OF e",
            row => EventRows.Read(row), [.. values]).ConfigureAwait(false);
        var payloads = await Rounds.LockPayloadsAsync(unit, found.Select(each => each.Seq)).ConfigureAwait(false);
        return [.. found.Where(each => payloads.Contains(each.Seq))];
    }
}
