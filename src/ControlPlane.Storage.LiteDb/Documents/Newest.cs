using System.Text;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// The newest events or deliveries: those that are not listed yet, in memory by their ids and by what they belong to, which is an event's
/// tenant and a delivery's webhook.
/// </summary>
internal sealed class Newest
{
    private const int LongestId = 100;
    private readonly Dictionary<string, long> _ids = new(StringComparer.Ordinal);
    private readonly List<(long Owner, long Seq)> _owned = [];

    /// <summary>Reads those that are stored behind the last one that is listed.</summary>
    public static Newest Load(DocumentStore documents, Listing listing, long listedTo)
    {
        var newest = new Newest { FirstListed = listing.FindFirstId(documents), LastListed = listing.FindLastId(documents) };
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

    /// <summary>No listed id sorts after this one.</summary>
    public string LastListed { get; private set; } = "";

    /// <summary>The ids that are to be listed.</summary>
    public IReadOnlyDictionary<string, long> Ids => _ids;

    /// <summary>In the order in which they were stored, which is nearly that of their positions.</summary>
    public IReadOnlyList<(long Owner, long Seq)> Owned => _owned;

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

    /// <summary>Forgets them all: they are listed now.</summary>
    public void Clear()
    {
        if (_ids.Count > 0)
        {
            FirstListed = FirstListed.Length > 0 ? FirstListed : _ids.Keys.Min(StringComparer.Ordinal)!;
            LastListed = _ids.Keys.Max(StringComparer.Ordinal)!;
        }

        _ids.Clear();
        _owned.Clear();
    }
}
