namespace ControlPlane.Storage.Memory;

/// <summary>Pages of lists.</summary>
internal static class Pages
{
    /// <summary>Returns a page of rows, newest first.</summary>
    /// <param name="rows">The rows that match, oldest first.</param>
    /// <param name="before">Only rows before this position; null for all.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="position">A row's position.</param>
    /// <param name="read">What the page shows of it.</param>
    public static Page<TItem> Of<TRow, TItem>(
        IEnumerable<TRow> rows, long? before, int limit, Func<TRow, long> position, Func<TRow, TItem> read)
    {
        var found = rows.Where(row => before is null || position(row) < before).Reverse().Take(limit + 1).ToList();
        var shown = found.Take(limit).ToList();
        return new Page<TItem>([.. shown.Select(read)], found.Count > limit ? position(shown[^1]) : null) { Positions = [.. shown.Select(position)] };
    }
}
