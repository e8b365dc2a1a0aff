using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// Finds events and deliveries by their ids and by what they belong to. An index has a place to grow at for each of these, and a page to
/// write in every commit; so they are listed instead, some thousands at once, and the newest are known in memory (<see cref="Newest"/>).
/// What was removed can be listed still.
/// </summary>
/// <remarks>
/// There is a list for each owner, and there can be as many owners as documents. So that no transaction takes long, each of several writes
/// some lists; they count once all are written. What a process leaves in between is replaced by the next one.
/// Ids that are listed together sort after all that were listed before. So an id can be in one list only, which has a checksum of each, in
/// the order of positions.
/// </remarks>
internal sealed class Listing
{
    /// <summary>How many are listed at once.</summary>
    private const int AtOnce = 4_096;

    /// <summary>How many lists a transaction writes at least.</summary>
    private const int AtLeast = 16;

    private readonly string _lists;
    private readonly KeyKind _ids;
    private readonly Func<Recent, Newest> _newest;

    private Listing(string documents, string lists, KeyKind ids, string owner, Func<Recent, Newest> newest)
    {
        (Documents, _lists, _ids, _newest) = (documents, lists, ids, newest);
        Facts = BsonExpression.Create($"{{_id: $._id, id: $.id, o: $.{owner}, ki: $.ki}}");
    }

    public static Listing Events { get; } = new(Collections.Events, Collections.EventLists, KeyKind.EventIds, "ts", recent => recent.Events);

    public static Listing Deliveries { get; } = new(Collections.Deliveries, Collections.DeliveryLists, KeyKind.DeliveryIds, "ws", recent => recent.Deliveries);

    /// <summary>The collection of what is listed.</summary>
    public string Documents { get; }

    /// <summary>What is read of it to list it.</summary>
    public BsonExpression Facts { get; }

    /// <summary>Finds a document by its id, unless that is a key of it.</summary>
    public BsonDocument? FindById(DocumentStore documents, Newest newest, string id)
    {
        if (newest.Find(id) is { } seq)
        {
            return documents.Find(Documents, seq);
        }

        if (!newest.CanBeListed(id) || documents.FirstWithin(Collections.Ids, Key.Of(_ids, []), Key.Of(_ids, id), descending: true) is not { } list)
        {
            return null;
        }

        var sums = MemoryMarshal.Cast<byte, ulong>(list["d"].AsBinary);
        var sum = SumOf(id);
        for (var from = 0; sums[from..].IndexOf(sum) is >= 0 and var at; from += at + 1)
        {
            if (documents.Find(Documents, list.Long("s") + from + at) is { } found && found.Text("id") == id)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>Returns positions of what belongs to an owner, from one up to another, in either order.</summary>
    public IEnumerable<long> Of(DocumentStore documents, Newest newest, long owner, long from, long to, bool descending)
    {
        var listed = Listed(documents, owner, from, Math.Min(to, newest.ListedTo + 1), descending);
        var latest = newest.Of(owner, from, to).ToList();
        if (descending)
        {
            latest.Reverse();
        }

        return descending ? latest.Concat(listed) : listed.Concat(latest);
    }

    /// <summary>Lists some of the newest if there are enough of them.</summary>
    /// <param name="documents">Where they are.</param>
    /// <param name="newest">What is known of them.</param>
    /// <param name="last">The last position that was given.</param>
    /// <param name="isWhole">Whether no position up to the last one is still to be filled.</param>
    /// <returns>The last position that is listed.</returns>
    public long Write(DocumentStore documents, Newest newest, long last, Func<DocumentStore, bool> isWhole)
    {
        if (!newest.IsListing && last - newest.ListedTo >= AtOnce && isWhole(documents))
        {
            newest.BeginLists(last);
        }

        // Once in a transaction, though this is done whenever there is something to store.
        if (newest.IsListing && last > newest.WrittenAt)
        {
            // They are all written when there are as many new ones again, or sooner.
            var share = (int)Math.Ceiling((double)(last - newest.WrittenAt) * newest.Lists / AtOnce);
            newest.WrittenAt = last;
            var lists = newest.TakeLists(Math.Max(AtLeast, share)).ToList();
            if (newest.FoundUnfinished)
            {
                lists.ForEach(list => DeleteAll(documents, list.Owner, newest.ListedTo + 1));
            }

            documents.Insert(_lists, lists.Select(list => WriteList(list.Owner, list.Positions)));
            if (newest.TryEndLists(out var ids) && ids.Count > 0)
            {
                documents.Insert(Collections.Ids, [WriteIds(ids)]);
            }
        }

        return newest.ListedTo;
    }

    /// <summary>Returns the first list of the first owner from one on that has any. One that does not count yet can still be replaced.</summary>
    public (BsonValue Id, long Owner, long[] Positions)? FindList(DocumentStore documents, long owner)
    {
        var listedTo = _newest(documents.Recent).ListedTo;
        using var rows = documents.Within(_lists, ListId(owner, 0), ListId(long.MaxValue, long.MaxValue));
        while (rows.Step())
        {
            if (ReadList(rows.Current) is var positions && positions[0] <= listedTo)
            {
                return (rows.Current[DocumentStore.Id], rows.Current.Long("o"), positions);
            }
        }

        return null;
    }

    public void Delete(DocumentStore documents, IEnumerable<BsonValue> lists) => documents.Delete(_lists, lists);

    /// <summary>Deletes all lists of an owner that begin at a position or behind it.</summary>
    public void DeleteAll(DocumentStore documents, long owner, long from = 0)
    {
        var all = new List<BsonValue>();
        using (var rows = documents.Within(_lists, ListId(owner, from), ListId(owner, long.MaxValue)))
        {
            while (rows.Step())
            {
                all.Add(rows.Current[DocumentStore.Id]);
            }
        }

        Delete(documents, all);
    }

    /// <summary>Returns the list of ids after another one, with the positions of the first and after the last.</summary>
    public (BsonValue Id, long From, long To)? FindIds(DocumentStore documents, BsonValue? after)
    {
        using var rows = documents.Within(Collections.Ids, after ?? Key.Of(_ids, []), Key.Of(_ids, [0xff]));
        while (rows.Step())
        {
            if (rows.Current[DocumentStore.Id] != after)
            {
                var from = rows.Current.Long("s");
                return (rows.Current[DocumentStore.Id], from, from + (rows.Current["d"].AsBinary.Length / sizeof(ulong)));
            }
        }

        return null;
    }

    public string FindFirstId(DocumentStore documents) =>
        documents.FirstWithin(Collections.Ids, Key.Of(_ids, []), Key.Of(_ids, [0xff])) is { } first ? first.Text("lo") : "";

    public string FindLastId(DocumentStore documents) =>
        documents.FirstWithin(Collections.Ids, Key.Of(_ids, []), Key.Of(_ids, [0xff]), descending: true) is { } last ? last.Text("hi") : "";

    private IEnumerable<long> Listed(DocumentStore documents, long owner, long from, long to, bool descending)
    {
        // The list before the first can reach beyond it.
        var first = documents.FirstWithin(_lists, ListId(owner, 0), ListId(owner, from), descending: true) is { } before
            ? before[DocumentStore.Id] : ListId(owner, from);
        using var rows = documents.Within(_lists, first, ListId(owner, to), descending);
        while (rows.Step())
        {
            var listed = ReadList(rows.Current);
            if (descending)
            {
                Array.Reverse(listed);
            }

            foreach (var position in listed.Where(position => position >= from && position < to))
            {
                yield return position;
            }
        }
    }

    private static BsonValue ListId(long owner, long position) => Key.Of(KeyKind.OfTenant, owner, position);

    private static long[] ReadList(BsonDocument document) => MemoryMarshal.Cast<byte, long>(document["d"].AsBinary).ToArray();

    private static BsonDocument WriteList(long owner, long[] positions) => new()
    {
        ["_id"] = ListId(owner, positions[0]),
        ["o"] = owner,
        ["d"] = MemoryMarshal.AsBytes(positions.AsSpan()).ToArray(),
    };

    private BsonDocument WriteIds(Dictionary<string, long> ids)
    {
        var (first, last) = (ids.Values.Min(), ids.Values.Max());
        var sums = new ulong[last - first + 1];
        foreach (var (id, position) in ids)
        {
            sums[position - first] = SumOf(id);
        }

        var low = ids.Keys.Min(StringComparer.Ordinal)!;
        return new BsonDocument
        {
            ["_id"] = Key.Of(_ids, low),
            ["lo"] = low,
            ["hi"] = ids.Keys.Max(StringComparer.Ordinal)!,
            ["s"] = first,
            ["d"] = MemoryMarshal.AsBytes(sums.AsSpan()).ToArray(),
        };
    }

    private static ulong SumOf(string id) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(id));
}
