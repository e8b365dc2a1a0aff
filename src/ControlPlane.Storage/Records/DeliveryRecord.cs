namespace ControlPlane.Storage;

/// <summary>One event on its way to one webhook.</summary>
public sealed record DeliveryRecord
{
    public required string Id { get; init; }
    public required string EventId { get; init; }
    public required string WebhookId { get; init; }
    public required string TenantId { get; init; }
    public required string EventType { get; init; }
    public string Instance { get; init; } = "";

    /// <summary>The event's; empty if it has none, and for a test.</summary>
    public string OrderingKey { get; init; } = "";

    public required DeliveryState State { get; init; }
    public required DeliveryTrigger Trigger { get; init; }
    public EndReason EndReason { get; init; }

    /// <summary>Attempts made, over all rounds.</summary>
    public int AttemptCount { get; init; }

    /// <summary>Attempts made since the publish or the last manual retry: what the retry policy counts.</summary>
    public int RoundAttempts { get; init; }

    /// <summary>When the round began: what the policy's maximum age is measured from.</summary>
    public DateTimeOffset RoundStartTime { get; init; }

    /// <summary>Set while Pending or RetryScheduled. With an ordering key it can wait longer, for its turn.</summary>
    public DateTimeOffset? NextAttemptTime { get; init; }

    public int LastStatusCode { get; init; }
    public FailureKind LastFailure { get; init; }

    /// <summary>Store-wide, changes with every committed change.</summary>
    public long Revision { get; init; }

    /// <summary>Grows with every claim, cancel and recovery; a completion must carry the current one.</summary>
    public long Fence { get; init; }

    public DateTimeOffset CreateTime { get; init; }
    public DateTimeOffset UpdateTime { get; init; }

    /// <summary>Whether the delivery has ended.</summary>
    public bool Ended => State is DeliveryState.Succeeded or DeliveryState.Dead or DeliveryState.Cancelled;
}

/// <summary>One request to the receiver.</summary>
/// <param name="Number">1 for the first.</param>
/// <param name="Trigger">What set it going.</param>
/// <param name="StartTime">When it began.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="StatusCode">0 if there was no response.</param>
/// <param name="Failure">How it failed.</param>
/// <param name="Message">What went wrong, for the receiver's owner; empty on success.</param>
/// <param name="RemoteAddress">The address called, where known; else empty.</param>
/// <param name="ResponseExcerpt">The first bytes of the response's body as text.</param>
public sealed record AttemptRecord(
    int Number,
    DeliveryTrigger Trigger,
    DateTimeOffset StartTime,
    TimeSpan Duration,
    int StatusCode,
    FailureKind Failure,
    string Message,
    string RemoteAddress,
    string ResponseExcerpt);
