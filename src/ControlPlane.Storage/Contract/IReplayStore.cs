namespace ControlPlane.Storage;

/// <summary>
/// The events of replays, which are redrives that <see cref="IRedriveStore"/> creates, lists and cancels. Who walks reads a stretch of
/// events, decides which of them are wanted, and has their deliveries stored together with how far it is.
/// </summary>
public interface IReplayStore
{
    /// <summary>Begins to count: a scope of nothing yet, which ends behind the last event stored. Null if the tenant does not exist.</summary>
    Task<RedriveScope?> BeginAsync(string tenantId, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the next events that a replay can take, oldest first: of the filter's tenant, types, instance and time, with their payload
    /// still stored and, if that is asked, without a delivery to the filter's webhook. Looks at a bounded number of events and reads a
    /// bounded number of bytes, so it can find none before the end.
    /// </summary>
    /// <exception cref="ArgumentException">The filter names no tenant or no webhook.</exception>
    Task<EventStretch> ReadAsync(EventWalk walk, CancellationToken cancellationToken);

    /// <summary>Returns a replay with how far it is; null if there is none.</summary>
    Task<ReplayPosition?> FindAsync(string redriveId, CancellationToken cancellationToken);

    /// <summary>
    /// Goes on with a replay: creates a delivery (Pending, due now, trigger Redrive, created now) for each event of the step whose payload
    /// is still stored and that, if the replay asks that, has none to the webhook yet, and stores the new position and counts in the same
    /// commit. Creates none if the webhook is deleted. When nothing is left the replay is Done. One that has ended, or is not where the
    /// step begins, is answered unchanged; null if there is none.
    /// </summary>
    Task<RedriveBatch?> StepAsync(ReplayStep replayed, CancellationToken cancellationToken);
}

/// <summary>A stretch of events to read.</summary>
/// <param name="Filter">Which events, and the webhook that they are for.</param>
/// <param name="OnlyMissing">Whether those that have a delivery to the webhook are left out.</param>
/// <param name="WithPayloads">Whether to read payloads.</param>
/// <param name="From">The position to begin at.</param>
/// <param name="End">The position to end before.</param>
/// <param name="Limit">How many to find at most.</param>
public sealed record EventWalk(DeliveryFilter Filter, bool OnlyMissing, bool WithPayloads, long From, long End, int Limit)
{
    /// <summary>Bytes of payloads after which a stretch ends.</summary>
    public const long MostBytes = 4 << 20;
}

/// <summary>A stretch of events that were read.</summary>
/// <param name="Events">What was found, oldest first.</param>
/// <param name="Next">Where to go on; the walk's end when nothing is left.</param>
public sealed record EventStretch(IReadOnlyList<FoundEvent> Events, long Next);

/// <summary>An event and its position.</summary>
public readonly record struct FoundEvent(long Position, EventRecord Event);

/// <summary>How far a replay is.</summary>
/// <param name="Redrive">The replay.</param>
/// <param name="Next">The position to go on at.</param>
/// <param name="End">The position to end before.</param>
public sealed record ReplayPosition(RedriveRecord Redrive, long Next, long End);

/// <summary>A step of a replay.</summary>
/// <param name="RedriveId">The replay.</param>
/// <param name="From">The position that the stretch was read from.</param>
/// <param name="Next">Where to go on after it.</param>
/// <param name="Events">The events of the stretch that are wanted, oldest first, with the ids of their deliveries.</param>
public sealed record ReplayStep(string RedriveId, long From, long Next, IReadOnlyList<ReplayedEvent> Events);

/// <summary>An event to create a delivery of.</summary>
public readonly record struct ReplayedEvent(long Position, string DeliveryId);
