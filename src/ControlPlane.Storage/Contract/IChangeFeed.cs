namespace ControlPlane.Storage;

/// <summary>
/// What changed, in revision order: the latest state of each changed delivery, none skipped. States in between can be missing, and
/// revisions can have gaps.
/// </summary>
public interface IChangeFeed
{
    /// <summary>Returns the latest revision up to which every change is committed; 0 in a new store.</summary>
    ValueTask<long> GetHeadAsync(CancellationToken cancellationToken);

    /// <summary>Returns the latest state of every delivery whose last change came after a revision, in revision order. A later commit
    /// never adds a change before the last one returned.</summary>
    Task<IReadOnlyList<DeliveryRecord>> ReadAfterAsync(long revision, int limit, CancellationToken cancellationToken);

    /// <summary>Returns the earliest revision from which nothing is missing: changes at or before it can have been removed by
    /// retention.</summary>
    Task<long> GetFloorAsync(CancellationToken cancellationToken);

    /// <summary>Returns the largest revision such that reading after it gives everything that changed at or after a time. Where clocks
    /// stepped back it can be a smaller one; it is never too large, and never below the floor.</summary>
    Task<long> FindBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken);

    /// <summary>
    /// Calls back after commits that changed deliveries, one call at a time, in revision order over all calls. The callback must not
    /// block and must not throw. It gets every change after the head that is read once the subscription stands. A call can still run
    /// while the subscription is disposed of.
    /// </summary>
    IDisposable Subscribe(Action<IReadOnlyList<DeliveryRecord>> committed);
}
