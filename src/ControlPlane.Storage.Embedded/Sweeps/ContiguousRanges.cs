namespace ControlPlane.Storage.Embedded;

/// <summary>
/// Rows whose numbers follow each other without a gap, which is how most rows expire: they are judged and removed together, for a
/// statement per row costs as much as what it does.
/// </summary>
internal static class ContiguousRanges
{
    /// <summary>Removes rows run by run; returns how many.</summary>
    /// <param name="rows">The rows, in the order of their numbers.</param>
    /// <param name="number">A row's number.</param>
    /// <param name="stays">Whether any of a run, given by its first and last row, must stay. If so it is divided.</param>
    /// <param name="remove">Removes all of a run.</param>
    public static int Remove<T>(List<T> rows, Func<T, long> number, Func<T, T, bool> stays, Func<ArraySegment<T>, int> remove)
    {
        var (all, removed) = (rows.ToArray(), 0);
        for (int from = 0, to; from < all.Length; from = to)
        {
            to = from + 1;
            while (to < all.Length && number(all[to]) == number(all[to - 1]) + 1)
            {
                to++;
            }

            removed += Divide(new ArraySegment<T>(all, from, to - from));
        }

        return removed;

        int Divide(ArraySegment<T> run) =>
            !stays(run[0], run[^1]) ? remove(run)
            : run.Count == 1 ? 0
            : Divide(run[..(run.Count / 2)]) + Divide(run[(run.Count / 2)..]);
    }
}
