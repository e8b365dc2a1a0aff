namespace ControlPlane.Storage;

/// <summary>
/// How the attempts of each webhook and each tenant ended, over time. Counted in the commit that records an attempt, so what is told was
/// stored and what was stored is told. Counts of a minute are kept for an hour, those of an hour for 30 days.
/// </summary>
public interface IStatsStore
{
    /// <summary>Null if there is no such webhook or tenant. Costs at most some seeks for each bucket of the window, whatever is stored.</summary>
    Task<AttemptStats?> ReadAsync(StatsQuery query, CancellationToken cancellationToken);
}

/// <summary>Asks for the counts of a webhook or a tenant.</summary>
/// <param name="OfWebhook">Whether it is a webhook.</param>
/// <param name="Id">The id of the webhook or tenant, which is not deleted.</param>
/// <param name="Size">The size of a bucket.</param>
/// <param name="Buckets">How many of them, with the one that the current time is in as the last.</param>
public sealed record StatsQuery(bool OfWebhook, string Id, BucketSize Size, int Buckets);

/// <summary>What is counted together.</summary>
public enum BucketSize
{
    Minute,
    Hour,
}

/// <summary>The counts of a webhook or a tenant.</summary>
/// <param name="Buckets">Oldest first, without a gap, empty ones too.</param>
/// <param name="InFlight">Deliveries that are leased.</param>
/// <param name="Waiting">Deliveries that are Pending or RetryScheduled.</param>
/// <param name="OldestWaiting">
/// When the oldest of those was created; null if none waits. Looked for among the <see cref="Transitions.StatsBuckets.LookAtMost"/> of a webhook that are
/// due first; of a tenant, among the one of each webhook that is due first.
/// </param>
public sealed record AttemptStats(IReadOnlyList<StatsBucket> Buckets, long InFlight, long Waiting, DateTimeOffset? OldestWaiting);

/// <summary>A minute or an hour.</summary>
public sealed record StatsBucket(DateTimeOffset Start, AttemptCounts Counts);
