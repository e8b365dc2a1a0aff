namespace ControlPlane.Storage;

/// <summary>Bulk retries and replays: what they take is settled when they are started, how far they are is stored with what they did.</summary>
public interface IRedriveStore
{
    /// <summary>
    /// Counts what matches now, in several reads of bounded size. A delivery that changes while it counts is left out. Null if
    /// the tenant does not exist.
    /// </summary>
    /// <exception cref="ArgumentException">The filter names no states, or one that is no end.</exception>
    Task<RedriveScope?> CountAsync(DeliveryFilter filter, CancellationToken cancellationToken);

    /// <summary>Stores a redrive of what was counted; null if the tenant does not exist.</summary>
    /// <exception cref="ArgumentException">
    /// The filter names no states, or one that is no end; of a replay it names states or an event, or no tenant or webhook.
    /// </exception>
    Task<RedriveRecord?> CreateAsync(RedriveRecord redrive, RedriveScope scope, AuditRecord audit, CancellationToken cancellationToken);

    Task<RedriveRecord?> GetAsync(string redriveId, CancellationToken cancellationToken);

    /// <summary>The redrives of one tenant, or all.</summary>
    Task<Page<RedriveRecord>> ListAsync(string? tenantId, long? before, int limit, CancellationToken cancellationToken);

    /// <summary>All that are Running, oldest first.</summary>
    Task<IReadOnlyList<RedriveRecord>> ListRunningAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Goes on with a redrive, oldest delivery first: starts new rounds (Pending, due now, trigger Redrive) for up to
    /// <paramref name="limit"/> deliveries that still are as they were when it was started, passes over those that cannot be
    /// sent, and stores the new position and counts in the same commit. Looks at a bounded number of deliveries, so it can
    /// retry none and still be Running; when none are left the redrive is Done. One that has ended, or is a
    /// replay, is answered unchanged; null if there is none.
    /// </summary>
    Task<RedriveBatch?> RedriveBatchAsync(string redriveId, int limit, CancellationToken cancellationToken);

    /// <summary>Ends a redrive; false if there is none that is Running.</summary>
    Task<bool> CancelAsync(string redriveId, AuditRecord audit, CancellationToken cancellationToken);
}
