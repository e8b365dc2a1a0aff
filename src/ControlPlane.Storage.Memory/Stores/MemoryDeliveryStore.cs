using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Memory;

/// <inheritdoc/>
internal sealed class MemoryDeliveryStore(MemorySession session) : IDeliveryStore
{
    private const int OrphansAtMost = 1_000;

    public Task<DeliveryRecord?> GetAsync(string deliveryId, CancellationToken cancellationToken) =>
        session.ReadAsync(state => state.FindDelivery(deliveryId)?.Delivery, cancellationToken);

    public Task<IReadOnlyList<AttemptRecord>> ListAttemptsAsync(string deliveryId, CancellationToken cancellationToken) =>
        session.ReadAsync<IReadOnlyList<AttemptRecord>>(state => state.FindDelivery(deliveryId)?.Attempts ?? [], cancellationToken);

    public Task<DeliveryRecord?> FindAheadAsync(string deliveryId, CancellationToken cancellationToken) => session.ReadAsync(
        state => state.FindDelivery(deliveryId) is { } stored ? OrderingLines.FindAhead(state, stored.Delivery, session.Now) : null,
        cancellationToken);

    public Task<Page<DeliveryRecord>> ListAsync(DeliveryQuery query, CancellationToken cancellationToken) => session.ReadAsync(
        state => Pages.Of(
            state.Deliveries.Values.Where(stored =>
                query.Matches(stored.Delivery) && query.MatchesLast(stored.Delivery.LastStatusCode, stored.Delivery.LastFailure)),
            query.Before, query.Limit, stored => stored.Position, stored => stored.Delivery),
        cancellationToken);

    public Task<RetryOrCancelResult> RetryAsync(string deliveryId, AuditRecord audit, CancellationToken cancellationToken) => session.WriteAsync(
        state =>
        {
            var result = state.FindDelivery(deliveryId) is { } stored
                ? StartRound(state, stored, DeliveryTrigger.Retry, session.Now)
                : new RetryOrCancelResult(RetryOrCancelOutcome.NotFound, null);
            return state.Log(result, result.Outcome == RetryOrCancelOutcome.Done, audit, session.Now);
        },
        cancellationToken);

    public Task<RetryOrCancelResult> CancelAsync(string deliveryId, AuditRecord audit, CancellationToken cancellationToken) => session.WriteAsync(
        state =>
        {
            if (state.FindDelivery(deliveryId) is not { } stored)
            {
                return new RetryOrCancelResult(RetryOrCancelOutcome.NotFound, null);
            }

            if (stored.Delivery.Ended)
            {
                return new RetryOrCancelResult(RetryOrCancelOutcome.WrongState, stored.Delivery);
            }

            var cancelled = state.Save(stored, DeliveryTransitions.Cancel(stored.Delivery, EndReason.CancelledByCaller, session.Now));
            return state.Log(new RetryOrCancelResult(RetryOrCancelOutcome.Done, cancelled.Delivery), changed: true, audit, session.Now);
        },
        cancellationToken);

    public Task<int> CancelOrphansAsync(CancellationToken cancellationToken) => session.WriteAsync(
        state =>
        {
            var orphans = state.Webhooks.Values.Where(stored => stored.DeleteTime is not null)
                .SelectMany(stored => state.UnfinishedOf(stored.Webhook.Id))
                .Where(stored => stored.Delivery.State != DeliveryState.InFlight)
                .Take(OrphansAtMost).ToList();
            orphans.ForEach(stored => state.Save(
                stored, DeliveryTransitions.Cancel(stored.Delivery, EndReason.WebhookDeleted, session.Now)));
            return orphans.Count;
        },
        cancellationToken);

    /// <summary>Sets a delivery that ended going once more.</summary>
    public static RetryOrCancelResult StartRound(StoreState state, StoredDelivery stored, DeliveryTrigger trigger, DateTimeOffset now)
    {
        var outcome = DeliveryTransitions.CheckRound(
            stored.Delivery, state.FindWebhook(stored.Delivery.WebhookId) is null, state.Events[stored.Event].Event.Payload is not null);
        return new RetryOrCancelResult(
            outcome,
            outcome == RetryOrCancelOutcome.Done
                ? state.Save(stored, DeliveryTransitions.StartRound(stored.Delivery, trigger, now)).Delivery
                : stored.Delivery);
    }
}
