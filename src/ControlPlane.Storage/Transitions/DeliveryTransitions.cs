namespace ControlPlane.Storage.Transitions;

/// <summary>
/// What a delivery becomes by each thing that can happen to it. Revisions are the engine's to give. Times are cut to
/// the precision that engines store.
/// </summary>
public static class DeliveryTransitions
{
    /// <summary>Returns a delivery as it is born with its event.</summary>
    /// <param name="added">The event.</param>
    /// <param name="delivery">What to make.</param>
    /// <param name="inLine">Whether it has a place in an ordering line.</param>
    /// <param name="leased">Whether it is born leased.</param>
    public static DeliveryRecord Create(EventRecord added, NewDelivery delivery, bool inLine, bool leased) => new()
    {
        Id = delivery.Id,
        EventId = added.Id,
        WebhookId = delivery.WebhookId,
        TenantId = added.TenantId,
        EventType = added.Type,
        Instance = added.Instance,
        OrderingKey = inLine ? added.OrderingKey : "",
        State = leased ? DeliveryState.InFlight : DeliveryState.Pending,
        Trigger = delivery.Trigger,
        RoundStartTime = added.CreateTime,
        NextAttemptTime = leased ? null : added.CreateTime,
        Fence = leased ? 1 : 0,
        CreateTime = added.CreateTime,
        UpdateTime = added.CreateTime,
    };

    /// <summary>Returns a waiting delivery after it was claimed.</summary>
    public static DeliveryRecord Claim(DeliveryRecord delivery, DateTimeOffset now) => delivery with
    {
        State = DeliveryState.InFlight,
        NextAttemptTime = null,
        Fence = delivery.Fence + 1,
        UpdateTime = now,
    };

    /// <summary>Returns a leased delivery after its lease was given back or taken back: Pending if no attempt of the round was made,
    /// else RetryScheduled; ended if its event was erased.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="erased">Why it ends; None if its event was not erased.</param>
    /// <param name="due">When it is due.</param>
    /// <param name="now">The engine's time.</param>
    public static DeliveryRecord Release(DeliveryRecord delivery, EndReason erased, DateTimeOffset due, DateTimeOffset now) =>
        erased != EndReason.None ? ErasureRules.End(delivery, erased, now) : Wait(delivery, due, now);

    private static DeliveryRecord Wait(DeliveryRecord delivery, DateTimeOffset due, DateTimeOffset now) => delivery with
    {
        State = delivery.RoundAttempts == 0 ? DeliveryState.Pending : DeliveryState.RetryScheduled,
        NextAttemptTime = due.ToStorePrecision(),
        Fence = delivery.Fence + 1,
        UpdateTime = now,
    };

    /// <summary>Returns a delivery after it was cancelled. A lease on it becomes stale.</summary>
    public static DeliveryRecord Cancel(DeliveryRecord delivery, EndReason reason, DateTimeOffset now) => delivery with
    {
        State = DeliveryState.Cancelled,
        EndReason = reason,
        NextAttemptTime = null,
        Fence = delivery.Fence + 1,
        UpdateTime = now,
    };

    /// <summary>Returns whether a new round can start: Done, or why not.</summary>
    public static RetryOrCancelOutcome CheckRound(DeliveryRecord delivery, bool webhookDeleted, bool hasPayload) =>
        !delivery.Ended ? RetryOrCancelOutcome.WrongState
        : webhookDeleted ? RetryOrCancelOutcome.WebhookDeleted
        : !hasPayload ? RetryOrCancelOutcome.PayloadExpired
        : RetryOrCancelOutcome.Done;

    /// <summary>Returns an ended delivery after a new round was started: Pending and due now.</summary>
    public static DeliveryRecord StartRound(DeliveryRecord delivery, DeliveryTrigger trigger, DateTimeOffset now) => delivery with
    {
        State = DeliveryState.Pending,
        Trigger = trigger,
        EndReason = EndReason.None,
        RoundAttempts = 0,
        RoundStartTime = now,
        NextAttemptTime = now,
        UpdateTime = now,
    };

    /// <summary>
    /// Returns a number that each of these transitions makes larger: of two states of a delivery the one with the larger number is newer.
    /// It tells nothing of other deliveries, as revisions do.
    /// </summary>
    public static long Order(DeliveryRecord delivery)
    {
        // Between two fences a delivery is claimed, ends or is to be retried, and is set going again, in this order.
        const int Steps = 3;
        var step = delivery.State switch
        {
            DeliveryState.InFlight => 0,
            DeliveryState.Pending => 2,
            _ => 1,
        };
        return (delivery.Fence * Steps) + step;
    }

    /// <summary>Checks that the parts of a completion fit together.</summary>
    /// <exception cref="ArgumentException">State, end reason and delay contradict each other.</exception>
    public static void Validate(Completion completion)
    {
        var retried = completion.State == DeliveryState.RetryScheduled;
        if (completion.State is DeliveryState.Pending or DeliveryState.InFlight
            || completion.RetryAfter.HasValue != retried
            || completion.RetryAfter < TimeSpan.Zero
            || completion.EndReason == EndReason.None != retried)
        {
            throw new ArgumentException("State, end reason and delay do not fit together.", nameof(completion));
        }
    }

    /// <summary>
    /// Returns a leased delivery after an attempt was recorded. One that would be retried ends Cancelled if its webhook was deleted, and ends
    /// if its event was erased.
    /// </summary>
    /// <param name="completion">The attempt and what follows.</param>
    /// <param name="attempts">Attempts that are stored, over all rounds.</param>
    /// <param name="roundAttempts">Attempts of the round that are stored.</param>
    /// <param name="webhookDeleted">Whether the webhook was deleted.</param>
    /// <param name="erased">Why it is not retried; None if its event was not erased.</param>
    /// <param name="now">The engine's time.</param>
    public static DeliveryRecord Complete(
        Completion completion, int attempts, int roundAttempts, bool webhookDeleted, EndReason erased, DateTimeOffset now)
    {
        var claimed = completion.Delivery;
        var would = completion.State == DeliveryState.RetryScheduled;
        var instead = !would ? EndReason.None : webhookDeleted ? EndReason.WebhookDeleted : erased;
        var retried = would && instead == EndReason.None;
        return claimed with
        {
            State = instead != EndReason.None ? ErasureRules.StateOf(instead) : completion.State,
            EndReason = instead != EndReason.None ? instead : completion.EndReason,
            NextAttemptTime = retried ? (now + completion.RetryAfter)?.ToStorePrecision() : null,
            Trigger = retried && claimed.Trigger != DeliveryTrigger.Test ? DeliveryTrigger.Schedule : claimed.Trigger,
            AttemptCount = attempts + 1,
            RoundAttempts = roundAttempts + (completion.Counts ? 1 : 0),
            LastStatusCode = completion.Attempt.StatusCode,
            LastFailure = completion.Attempt.Failure,
            UpdateTime = now,
        };
    }
}
