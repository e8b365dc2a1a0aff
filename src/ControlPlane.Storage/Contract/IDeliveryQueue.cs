namespace ControlPlane.Storage;

/// <summary>
/// What senders take from and give back to. A delivery is InFlight exactly while it is leased; a lease is an owner, an expiry
/// and a fence, and only the holder of the current fence can complete, release or extend.
/// </summary>
/// <remarks>
/// The deliveries of one ordering key to one webhook form a line, in the order in which they were appended. At most one of a line
/// is leased. Of the others it is the turn of the first one appended among those that are ready: with
/// <see cref="HeadOfLine.Block"/> every one that has not ended, with <see cref="HeadOfLine.Park"/> those that are due or Pending,
/// so that one whose attempt failed steps aside until its retry is due. The others are not due to be claimed and hold nothing up
/// outside their line. A retried or redriven delivery takes its old place. What became its turn is to be claimed from that very
/// commit on. Tests stand in no line.
/// </remarks>
public interface IDeliveryQueue
{
    /// <summary>
    /// Leases up to <see cref="ClaimRequest.Limit"/> due deliveries of one webhook, earliest due first, of those due at the same
    /// time the first published first, none whose turn in its line it is not. Takes nothing for a webhook that is deleted or
    /// unknown; whether an existing one is disabled or suspended is the caller's business.
    /// </summary>
    Task<ClaimResult> ClaimDueAsync(ClaimRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Records an attempt and the delivery's next state in one commit. Returns the delivery as stored and what goes next in its
    /// line, or null if the fence was stale: then nothing changed. If the webhook was deleted meanwhile, a delivery that would be
    /// retried ends Cancelled.
    /// Attempts are counted by the store, whatever number the given one carries. A delivery that will be retried gets the trigger
    /// Schedule, unless it is a Test.
    /// </summary>
    /// <exception cref="ArgumentException">State, end reason and delay contradict each other.</exception>
    Task<Completed?> CompleteAsync(Completion completion, CancellationToken cancellationToken);

    /// <summary>
    /// The same with what follows beyond the delivery, all in one commit. The suspension is an update as
    /// <see cref="IWebhookStore.UpdateAsync(WebhookRecord, AuditRecord, CancellationToken)"/> makes it, and bumps the tenant's configuration version
    /// after it was compared.
    /// </summary>
    /// <exception cref="ArgumentException">As above, or an event goes to a webhook that the tenant does not have.</exception>
    Task<CompletionEffectsResult> CompleteAsync(Completion completion, CompletionEffects effects, CancellationToken cancellationToken);

    /// <summary>
    /// Gives leases back unused: each delivery waits again, due after <paramref name="delay"/>; Pending if no attempt of the round was
    /// made, else RetryScheduled. Its fence grows. Stale ones are skipped.
    /// </summary>
    Task ReleaseAsync(IReadOnlyList<Lease> leases, TimeSpan delay, CancellationToken cancellationToken);

    /// <summary>Prolongs leases, to end after <paramref name="leaseFor"/> from now. Returns the ids of those that are stale and must not
    /// be used any more.</summary>
    Task<IReadOnlyList<string>> ExtendAsync(IReadOnlyList<Lease> leases, TimeSpan leaseFor, CancellationToken cancellationToken);

    /// <summary>
    /// How many deliveries have not ended, of a tenant and of all. Cheap enough to be asked with every publish; can be a moment old.
    /// </summary>
    ValueTask<BacklogCount> CountBacklogAsync(string tenantId, CancellationToken cancellationToken);

    /// <summary>For every webhook with waiting deliveries the earliest due time; deleted webhooks are left out. Costs a few index
    /// seeks per such webhook.</summary>
    Task<IReadOnlyList<WaitingWebhook>> ListWaitingAsync(CancellationToken cancellationToken);
}

/// <summary>Asks for due deliveries of one webhook.</summary>
/// <param name="WebhookId">The webhook.</param>
/// <param name="Limit">How many at most.</param>
/// <param name="Owner">Who takes them.</param>
/// <param name="LeaseFor">How long the leases hold from now.</param>
public sealed record ClaimRequest(string WebhookId, int Limit, string Owner, TimeSpan LeaseFor)
{
    /// <summary>Whose turn at the store it takes: the webhook's tenant. The server's own if it is empty.</summary>
    public string TenantId { get; init; } = "";
}

/// <summary>Claimed deliveries.</summary>
/// <param name="Deliveries">InFlight, with their fences.</param>
/// <param name="NextDue">When the next waiting delivery of the webhook is due (can be in the past); null if none waits.</param>
public sealed record ClaimResult(IReadOnlyList<DeliveryRecord> Deliveries, DateTimeOffset? NextDue);

/// <summary>An attempt that was made, and what follows from it.</summary>
/// <param name="Delivery">The delivery as claimed.</param>
/// <param name="Attempt">The attempt.</param>
/// <param name="State">Succeeded, Dead, Cancelled or RetryScheduled.</param>
/// <param name="EndReason">Set unless RetryScheduled.</param>
/// <param name="RetryAfter">How long from now to wait before the next attempt; set exactly if RetryScheduled, and not negative.</param>
public sealed record Completion(
    DeliveryRecord Delivery,
    AttemptRecord Attempt,
    DeliveryState State,
    EndReason EndReason,
    TimeSpan? RetryAfter)
{
    /// <summary>Whether the attempt counts as one of its round. One that was ended for others' sake does not.</summary>
    public bool Counts { get; init; } = true;
}

/// <summary>How many deliveries have not ended.</summary>
public readonly record struct BacklogCount(long OfTenant, long OfAll);

/// <summary>A recorded attempt.</summary>
/// <param name="Delivery">The delivery as stored.</param>
/// <param name="NextInLine">When another delivery of its line is due whose turn it became; null if there is none.</param>
public sealed record Completed(DeliveryRecord Delivery, DateTimeOffset? NextInLine);

/// <summary>A lease held.</summary>
public readonly record struct Lease(string DeliveryId, long Fence);

/// <summary>A webhook with deliveries that wait (Pending or RetryScheduled).</summary>
public sealed record WaitingWebhook(string TenantId, string WebhookId, DateTimeOffset Due);
