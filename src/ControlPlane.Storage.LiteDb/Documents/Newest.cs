using System.Text;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// The newest events or deliveries: those that are not listed yet, in memory by their ids and by what they belong to, which is an event's
/// tenant and a delivery's webhook. Until all lists up to a position are written, what they have counts as not listed.
/// </summary>
internal sealed class Newest
{
    private const int LongestId = 100;
    private readonly Dictionary<string, long> _ids = new(StringComparer.Ordinal);
    private readonly List<(long Owner, long Seq)> _owned = [];
    private readonly Queue<(long Owner, long[] Positions)> _lists = new();
    private long _listsTo;

    /// <summary>Reads those that are stored behind the last one that is listed.</summary>
    public static Newest Load(DocumentStore documents, Listing listing, long listedTo)
    {
        var newest = new Newest
        {
            FirstListed = listing.FindFirstId(documents),
            LastListed = listing.FindLastId(documents),
            ListedTo = listedTo,
            FoundUnfinished = true,
        };
        using var rows = documents.Within(listing.Documents, listedTo + 1, long.MaxValue, select: listing.Facts);
        while (rows.Step())
        {
            var (id, seq) = (rows.Current.Text("id"), rows.Current.Seq());
            newest._owned.Add((rows.Current.Long("o"), seq));
            if (rows.Current.Int("ki") == 0)
            {
                newest._ids.Add(id, seq);
            }
        }

        return newest;
    }

    /// <summary>No listed id sorts before this one.</summary>
    public string FirstListed { get; private set; } = "";

    /// <summary>No listed id sorts after this one, nor one that is about to be.</summary>
    public string LastListed { get; private set; } = "";

    /// <summary>The ids of those that are not listed yet.</summary>
    public IEnumerable<string> Ids => _ids.Keys;

    /// <summary>The last position that is listed.</summary>
    public long ListedTo { get; private set; }

    /// <summary>Whether lists are being written.</summary>
    public bool IsListing { get; private set; }

    /// <summary>Whether a process before this one can have left some of the lists that are written.</summary>
    public bool FoundUnfinished { get; private set; }

    /// <summary>How many lists there are up to the position up to which all is being listed.</summary>
    public int Lists { get; private set; }

    /// <summary>The last position that was given when some of them were written.</summary>
    public long WrittenAt { get; set; }

    /// <summary>
    /// Takes note of one more. Returns whether its id will be listed: it must sort after all that are, as generated ones nearly always do.
    /// Otherwise it must be a key of the document.
    /// </summary>
    public bool Add(long owner, long seq, string id, bool isGenerated)
    {
        _owned.Add((owner, seq));
        return isGenerated && id.Length <= LongestId && Ascii.IsValid(id) && string.CompareOrdinal(id, LastListed) > 0 && _ids.TryAdd(id, seq);
    }

    public long? Find(string id) => _ids.TryGetValue(id, out var seq) ? seq : null;

    /// <summary>Returns whether an id can be among those that are listed.</summary>
    public bool CanBeListed(string id) => string.CompareOrdinal(id, FirstListed) >= 0 && string.CompareOrdinal(id, LastListed) <= 0;

    /// <summary>Returns those of an owner with positions from one up to another, in order.</summary>
    public IEnumerable<long> Of(long owner, long from, long to) =>
        _owned.Where(each => each.Owner == owner && each.Seq >= from && each.Seq < to).Select(each => each.Seq).Order();

    /// <summary>Begins to list all up to a position, behind which nothing is stored yet.</summary>
    public void BeginLists(long to)
    {
        (IsListing, _listsTo, WrittenAt) = (true, to, to);
        foreach (var owned in _owned.GroupBy(each => each.Owner, each => each.Seq))
        {
            _lists.Enqueue((owned.Key, [.. owned.Order()]));
        }

        Lists = _lists.Count;
        if (_ids.Count > 0)
        {
            FirstListed = FirstListed.Length > 0 ? FirstListed : _ids.Keys.Min(StringComparer.Ordinal)!;
            LastListed = _ids.Keys.Max(StringComparer.Ordinal)!;
        }
    }

    /// <summary>Takes the next lists to write, in no order; fewer if there are not so many.</summary>
    public IEnumerable<(long Owner, long[] Positions)> TakeLists(int most)
    {
        while (most-- > 0 && _lists.TryDequeue(out var list))
        {
            yield return list;
        }
    }

    /// <summary>
    /// Forgets those that are listed now if all lists are written. Returns whether they are, with the ids that are to be listed.
    /// </summary>
    public bool TryEndLists(out Dictionary<string, long> ids)
    {
        ids = [];
        if (_lists.Count > 0)
        {
            return false;
        }

        ids = _ids.Where(id => id.Value <= _listsTo).ToDictionary(StringComparer.Ordinal);
        foreach (var id in ids.Keys)
        {
            _ids.Remove(id);
        }

        _owned.RemoveAll(each => each.Seq <= _listsTo);
        (ListedTo, IsListing, FoundUnfinished) = (_listsTo, false, false);
        return true;
    }
}
