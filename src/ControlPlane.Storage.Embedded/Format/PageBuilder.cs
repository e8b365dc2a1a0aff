namespace ControlPlane.Storage.Embedded;

/// <summary>
/// Collects a page from rows that come newest first. It looks for one row more than the page holds, to know whether there is a
/// next page, and at no more rows than its budget; the page then ends where the budget did.
/// </summary>
internal sealed class PageBuilder(int limit, int budget)
{
    private readonly List<long> _seqs = new(Math.Min(limit, 64));
    private long? _next;

    /// <summary>Whether to go on; if not, the page is complete or the budget is used up.</summary>
    public bool WantsMore => _next is null;

    /// <summary>Takes note of the next row.</summary>
    public void Look(long seq, bool matches)
    {
        if (matches)
        {
            if (_seqs.Count == limit)
            {
                _next = _seqs[^1];
                return;
            }

            _seqs.Add(seq);
        }

        Spend(seq);
    }

    /// <summary>Takes note that every row from <paramref name="position"/> up was looked at.</summary>
    public void Spend(long position)
    {
        if (--budget == 0)
        {
            _next ??= position;
        }
    }

    public Page<T> Build<T>(Func<long, T> read) => new(_seqs.ConvertAll(seq => read(seq)), _next) { Positions = _seqs };
}
