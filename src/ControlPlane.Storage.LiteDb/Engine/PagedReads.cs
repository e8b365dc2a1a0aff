namespace ControlPlane.Storage.LiteDb;

/// <summary>Reads pages in several short reads, as the writer waits for each.</summary>
internal static class PagedReads
{
    /// <summary>Entries that a read returns.</summary>
    private const int AtOnce = 64;

    /// <summary>Reads that find fewer than they could. The page is then short rather than late.</summary>
    private const int Reads = 5;

    /// <summary>Reads a page.</summary>
    /// <param name="database">Where from.</param>
    /// <param name="before">The position to begin before, null for the newest.</param>
    /// <param name="limit">How many entries it has at most.</param>
    /// <param name="read">Reads so many entries before a position.</param>
    /// <param name="cancellationToken">Ends it between two reads.</param>
    public static async Task<Page<T>> ReadPageAsync<T>(
        this LiteDbDatabase database, long? before, int limit, Func<DocumentStore, long?, int, Page<T>> read, CancellationToken cancellationToken)
    {
        var (items, positions) = (new List<T>(), new List<long>());
        for (var left = Reads; ;)
        {
            // When the page is full and it was not seen yet: whether there is one more, without which it is the last.
            var (from, isFull) = (before, items.Count == limit);
            var wanted = Math.Clamp(limit - items.Count, 1, AtOnce);
            var page = await database.ReadAsync(documents => read(documents, from, wanted), cancellationToken).ConfigureAwait(false);
            if (isFull && page.Items.Count > 0)
            {
                return End(from);
            }

            items.AddRange(page.Items);
            positions.AddRange(page.Positions);
            before = page.Next;
            var isSeen = items.Count == limit && positions.Count > 0 && positions[^1] == before;
            if (before is null || isSeen || (page.Items.Count < wanted && --left == 0))
            {
                return End(before);
            }
        }

        Page<T> End(long? next) => new(items, next) { Positions = positions };
    }
}
