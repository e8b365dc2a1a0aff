namespace ControlPlane.Storage;

/// <summary>
/// A job that sets many deliveries going: a bulk retry of the deliveries that matched when it was started, or a replay, which creates
/// deliveries of events that were stored then.
/// </summary>
public sealed record RedriveRecord
{
    public required string Id { get; init; }

    /// <summary>Which deliveries, or of a replay which events, and the webhook that they are for. Its tenant is the redrive's own; null for
    /// one over every tenant.</summary>
    public required DeliveryFilter Filter { get; init; }

    /// <summary>What a replay asks besides; null for a bulk retry.</summary>
    public ReplayTerms? Replay { get; init; }

    /// <summary>How many deliveries are set going per second at most.</summary>
    public required double MaxRatePerSecond { get; init; }

    public RedriveState State { get; init; } = RedriveState.Running;

    /// <summary>How many matched when it was started.</summary>
    public int Matched { get; init; }

    /// <summary>How many it has set going.</summary>
    public int Retried { get; init; }

    /// <summary>How many it passed over. Those that were changed by somebody else are counted when it is Done.</summary>
    public int Skipped { get; init; }

    public DateTimeOffset CreateTime { get; init; }
    public DateTimeOffset UpdateTime { get; init; }
}

/// <summary>What a replay asks of events besides the filter.</summary>
/// <param name="OnlyMissing">Whether events that have a delivery to the webhook are left out.</param>
/// <param name="Filter">An expression that an event must make true; null for none.</param>
public sealed record ReplayTerms(bool OnlyMissing, string? Filter = null);

/// <summary>What matches a filter at one moment: that of its revision.</summary>
/// <param name="Count">How many, at most <see cref="Most"/>.</param>
/// <param name="Revision">A delivery that changed after this revision does not belong to it.</param>
/// <param name="End">The position before which all of them are.</param>
public sealed record RedriveScope(int Count, long Revision, long End)
{
    /// <summary>Where counting stops: the scope then holds the oldest, and ends after the last of them.</summary>
    public const int Most = 1_000_000;
}

/// <summary>A step of a redrive.</summary>
/// <param name="Redrive">The redrive afterwards; what follows depends on its state.</param>
/// <param name="Retried">The deliveries that were set going, oldest first.</param>
public sealed record RedriveBatch(RedriveRecord Redrive, IReadOnlyList<DeliveryRecord> Retried);
