namespace ControlPlane.Storage;

/// <summary>A store that no server has open, to be read from beginning to end. Nothing in it changes meanwhile.</summary>
public interface ICopySource : IAsyncDisposable
{
    /// <summary>Says what the store is.</summary>
    Task<StoreSummary> DescribeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Reads entries of one kind in the order in which they were added, as many as <see cref="CopyPage"/> takes.
    /// </summary>
    /// <param name="kind">The kind.</param>
    /// <param name="after">The <see cref="Page{T}.Next"/> of the page before; <see cref="CopyPage.Begin"/> for the first.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task<Page<StoreEntry>> ReadAsync(EntryKind kind, long after, CancellationToken cancellationToken);
}

/// <summary>A store to copy into. While it has a mark no server opens it.</summary>
public interface ICopyTarget : ICopySource
{
    /// <summary>Returns the mark that was stored last; null if the store is no unfinished copy.</summary>
    Task<string?> GetMarkAsync(CancellationToken cancellationToken);

    /// <summary>Makes an empty store into an unfinished copy of another one: gives it that one's id and revisions, and takes away the tenant
    /// that every new store has.</summary>
    Task BeginAsync(StoreSummary source, string mark, CancellationToken cancellationToken);

    /// <summary>Adds entries as they are and stores a mark, in one commit.</summary>
    Task WriteAsync(IReadOnlyList<StoreEntry> entries, string mark, CancellationToken cancellationToken);

    /// <summary>Takes the mark away: servers can open the store.</summary>
    Task FinishAsync(CancellationToken cancellationToken);
}
