namespace ControlPlane.Storage;

/// <summary>
/// What changed, in revision order: the latest state of each changed delivery, none skipped. States in between can be missing, and
/// revisions can have gaps. <see cref="ISignals"/> says when there is more.
/// </summary>
public interface IChangeFeed
{
    /// <summary>Returns the latest revision up to which every change is committed; 0 in a new store.</summary>
    ValueTask<long> GetHeadAsync(CancellationToken cancellationToken);

    /// <summary>Returns the latest state of every delivery whose last change came after a revision, in revision order. A later commit
    /// never adds a change before the last one returned.</summary>
    Task<IReadOnlyList<DeliveryRecord>> ReadAfterAsync(long revision, int limit, CancellationToken cancellationToken);

    /// <summary>Returns the same of one tenant. Looks at a bounded number of changes, so it can return few or none before the end.</summary>
    async Task<TenantChanges> ReadAfterAsync(long revision, int limit, string tenantId, CancellationToken cancellationToken)
    {
        var changes = await ReadAfterAsync(revision, limit, cancellationToken).ConfigureAwait(false);
        return new([.. changes.Where(change => change.TenantId == tenantId)], changes.Count == limit ? changes[^1].Revision : null);
    }

    /// <summary>Returns the earliest revision from which nothing is missing: changes at or before it can have been removed by
    /// retention.</summary>
    Task<long> GetFloorAsync(CancellationToken cancellationToken);

    /// <summary>Returns the largest revision such that reading after it gives everything that changed at or after a time. Where clocks
    /// stepped back it can be a smaller one; it is never too large, and never below the floor.</summary>
    Task<long> FindBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken);
}

/// <summary>Changes of one tenant.</summary>
/// <param name="Changes">In revision order.</param>
/// <param name="Next">The revision to read on after; null if there are no more.</param>
public sealed record TenantChanges(IReadOnlyList<DeliveryRecord> Changes, long? Next);
