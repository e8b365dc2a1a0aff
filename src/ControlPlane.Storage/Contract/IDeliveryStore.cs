namespace ControlPlane.Storage;

/// <summary>Deliveries as callers read, retry and cancel them.</summary>
public interface IDeliveryStore
{
    Task<DeliveryRecord?> GetAsync(string deliveryId, CancellationToken cancellationToken);

    /// <summary>The attempts of a delivery, oldest first, at most the last 100.</summary>
    Task<IReadOnlyList<AttemptRecord>> ListAttemptsAsync(string deliveryId, CancellationToken cancellationToken);

    /// <summary>The delivery of the same line that a waiting one has to let go first; null if it does not wait, or not for another
    /// one.</summary>
    Task<DeliveryRecord?> FindAheadAsync(string deliveryId, CancellationToken cancellationToken);

    /// <summary>Looks at a bounded number of deliveries per call: a filter that few match can give short and empty pages.</summary>
    Task<Page<DeliveryRecord>> ListAsync(DeliveryQuery query, CancellationToken cancellationToken);

    /// <summary>Starts a new round for a delivery that ended: Pending, due now, trigger Retry.</summary>
    Task<RetryOrCancelResult> RetryAsync(string deliveryId, AuditRecord audit, CancellationToken cancellationToken);

    /// <summary>Ends a delivery that has not: Cancelled, by the caller; a lease on it becomes stale.</summary>
    Task<RetryOrCancelResult> CancelAsync(string deliveryId, AuditRecord audit, CancellationToken cancellationToken);

    /// <summary>Cancels waiting deliveries of deleted webhooks, at most 1,000; returns how many, 0 when there are no more.</summary>
    Task<int> CancelOrphansAsync(CancellationToken cancellationToken);
}

/// <summary>How retrying or cancelling a delivery ended.</summary>
public enum RetryOrCancelOutcome
{
    Done,
    NotFound,

    /// <summary>The delivery is not in a state that allows it.</summary>
    WrongState,

    /// <summary>Its webhook was deleted.</summary>
    WebhookDeleted,

    /// <summary>Its event's payload has expired.</summary>
    PayloadExpired,
}

/// <param name="Outcome">How it ended.</param>
/// <param name="Delivery">The delivery afterwards; null if not found.</param>
public sealed record RetryOrCancelResult(RetryOrCancelOutcome Outcome, DeliveryRecord? Delivery);
