using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Postgres;

/// <inheritdoc/>
internal sealed class PostgresDeliveryStore(Transactions transactions, DeliveryPlaces places) : IDeliveryStore
{
    private const int OrphansAtMost = 1_000;
    private const string FindAttempts = AttemptRows.Select + "WHERE delivery_seq = $1 ORDER BY number";

    private const string FindBySeq = DeliveryRows.Select + "WHERE d.seq = $1";

    private const string FindOrphans =
        """
        SELECT d.seq, w.id, d.line FROM webhooks w CROSS JOIN LATERAL (
          SELECT seq, line FROM deliveries WHERE webhook_seq = w.seq AND due IS NOT NULL AND NOT blocked
          UNION ALL SELECT seq, line FROM deliveries WHERE webhook_seq = w.seq AND blocked) d
        WHERE w.delete_time IS NOT NULL LIMIT $1
        """;

    private Database Database => transactions.Database;

    public async Task<DeliveryRecord?> GetAsync(string deliveryId, CancellationToken cancellationToken) =>
        (await FindAsync(deliveryId, cancellationToken).ConfigureAwait(false))?.Delivery;

    public async Task<IReadOnlyList<AttemptRecord>> ListAttemptsAsync(string deliveryId, CancellationToken cancellationToken) =>
        (await places.FindAsync([deliveryId], cancellationToken).ConfigureAwait(false)).TryGetValue(deliveryId, out var place)
            ? await Database.ListAsync(FindAttempts, AttemptRows.Read, cancellationToken, place.Seq).ConfigureAwait(false)
            : [];

    public async Task<DeliveryRecord?> FindAheadAsync(string deliveryId, CancellationToken cancellationToken)
    {
        if (await FindAsync(deliveryId, cancellationToken).ConfigureAwait(false) is not { } stored || Line.Of(stored.Delivery) is not { } line)
        {
            return null;
        }

        var now = await Database.ReadNowAsync(cancellationToken).ConfigureAwait(false);
        if (stored.Delivery.NextAttemptTime is null || OrderingRules.StepsAside(stored.Delivery, stored.HeadOfLine, now))
        {
            return null;
        }

        var front = await Database.ReadAsync(connection => Asking.FindFrontAsync(Database, connection, line), cancellationToken).ConfigureAwait(false);
        return front.FindAhead(stored.Seq) is { } ahead
            ? (await Database.FindAsync(FindBySeq, DeliveryRows.Read, cancellationToken, ahead).ConfigureAwait(false))?.Delivery
            : null;
    }

    public Task<Page<DeliveryRecord>> ListAsync(DeliveryQuery query, CancellationToken cancellationToken) =>
        DeliveryList.ReadAsync(Database, query, cancellationToken);

    public Task<RetryOrCancelResult> RetryAsync(string deliveryId, AuditRecord audit, CancellationToken cancellationToken) => ChangeAsync(
        deliveryId, audit,
        async (unit, answers, stored) => await Rounds.StartAsync(unit, answers, stored, DeliveryTrigger.Retry).ConfigureAwait(false),
        cancellationToken);

    public Task<RetryOrCancelResult> CancelAsync(string deliveryId, AuditRecord audit, CancellationToken cancellationToken) => ChangeAsync(
        deliveryId, audit,
        (unit, answers, stored) => Task.FromResult(stored.Delivery.Ended
            ? (RetryOrCancelOutcome.WrongState, null)
            : (RetryOrCancelOutcome.Done, (StagedDelivery?)DeliveryWrites.Save(
                unit, answers, stored, DeliveryTransitions.Cancel(stored.Delivery, EndReason.CancelledByCaller, unit.Now)).Staged)),
        cancellationToken);

    public async Task<int> CancelOrphansAsync(CancellationToken cancellationToken)
    {
        var orphans = await Database.ListAsync(
            FindOrphans,
            row => new DeliveryPlace(row.GetInt64(0), row.TextOrNull(2) is { } key ? new Line(row.GetString(1), key) : null),
            cancellationToken, (long)OrphansAtMost).ConfigureAwait(false);
        if (orphans.Count == 0)
        {
            return 0;
        }

        var questions = new Questions();
        questions.Ask(orphans);
        return await transactions.RunAsync(
            questions,
            (unit, answers) =>
            {
                foreach (var stored in answers.Deliveries.Values.Where(each => each is { WebhookDeleted: true, Delivery.NextAttemptTime: not null }))
                {
                    unit.Save(stored, DeliveryTransitions.Cancel(stored.Delivery, EndReason.WebhookDeleted, unit.Now));
                }

                return Task.FromResult(() => unit.Changes.Count);
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task<StoredDelivery?> FindAsync(string deliveryId, CancellationToken cancellationToken) =>
        (await places.FindAsync([deliveryId], cancellationToken).ConfigureAwait(false)).TryGetValue(deliveryId, out var place)
            ? await Database.FindAsync(FindBySeq, DeliveryRows.Read, cancellationToken, place.Seq).ConfigureAwait(false)
            : null;

    private async Task<RetryOrCancelResult> ChangeAsync(
        string deliveryId, AuditRecord audit, Func<Unit, Answers, StoredDelivery, Task<(RetryOrCancelOutcome, StagedDelivery?)>> change, CancellationToken cancellationToken)
    {
        var notFound = new RetryOrCancelResult(RetryOrCancelOutcome.NotFound, null);
        if (!(await places.FindAsync([deliveryId], cancellationToken).ConfigureAwait(false)).TryGetValue(deliveryId, out var place))
        {
            return notFound;
        }

        var questions = new Questions();
        questions.Ask([place]);
        return await transactions.RunAsync<RetryOrCancelResult>(
            questions,
            async (unit, answers) =>
            {
                if (!answers.Deliveries.TryGetValue(place.Seq, out var stored))
                {
                    return () => notFound;
                }

                var (outcome, staged) = await change(unit, answers, stored).ConfigureAwait(false);
                unit.Log(outcome, outcome == RetryOrCancelOutcome.Done, audit);
                return () => new RetryOrCancelResult(outcome, staged?.Delivery ?? stored.Delivery);
            },
            cancellationToken).ConfigureAwait(false);
    }
}
