using LiteDB;
using LiteDB.Engine;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// LiteDB's documents, as the rooms use them. For one thread at a time: the expressions of its queries are made once and given their
/// values anew, since to parse one takes longer than to find a document.
/// </summary>
internal sealed class DocumentStore(LiteEngine engine)
{
    /// <summary>The field with a document's keys, and the index over it.</summary>
    public const string Keys = "k";

    public const string Id = "_id";

    /// <summary>Documents that are read at once when many are looked for.</summary>
    private const int AtOnce = 64;

    /// <summary>To walk over so many costs less than to find the next one by itself.</summary>
    private const int Near = 4;

    private const string KeysExpression = "$.k[*]";
    private readonly BsonDocument _range = new() { ["0"] = BsonValue.Null, ["1"] = BsonValue.Null };
    private readonly BsonDocument _stretch = new() { ["0"] = BsonValue.Null, ["1"] = BsonValue.Null };
    private readonly BsonDocument _value = new() { ["0"] = BsonValue.Null };
    private BsonExpression? _idIs;
    private BsonExpression? _idWithin;
    private BsonExpression? _idWithinStretch;
    private BsonExpression? _keyIs;
    private BsonExpression? _keyWithin;

    private static readonly BsonExpression ById = BsonExpression.Create("$._id");
    private static readonly BsonExpression ByKey = BsonExpression.Create(KeysExpression);
    private static readonly BsonExpression Everything = BsonExpression.Create("$");

    private Recent? _recent;
    private RecentCounts? _recentCounts;

    public LiteEngine Engine => engine;

    /// <summary>The latest of what is stored, read when it is first asked for.</summary>
    public Recent Recent => _recent ??= Recent.Load(this);

    /// <summary>The counts that the latest transactions changed, read when they are first asked for.</summary>
    public RecentCounts RecentCounts => _recentCounts ??= RecentCounts.Load(this);

    /// <summary>Makes the index over a collection's keys, and the collection.</summary>
    public void EnsureKeys(string collection) => engine.EnsureIndex(collection, Keys, ByKey, unique: false);

    public BsonDocument? Find(string collection, BsonValue id)
    {
        _value["0"] = id;
        return One(collection, _idIs ??= BsonExpression.Create("$._id = @0", _value));
    }

    /// <summary>Reads documents by their ids, in the order in which those are given; ids without a document are passed over.</summary>
    public IEnumerable<BsonDocument> FindEach(string collection, IEnumerable<long> ids, BsonExpression? select = null)
    {
        foreach (var some in ids.Chunk(AtOnce))
        {
            var found = FindAll(collection, some, select);
            foreach (var id in some)
            {
                if (found.TryGetValue(id, out var document))
                {
                    yield return document;
                }
            }
        }
    }

    /// <summary>Reads documents by their ids. Those that are close together are read in one walk, since to find one takes as long as to walk
    /// over several.</summary>
    public Dictionary<long, BsonDocument> FindAll(string collection, IEnumerable<long> ids, BsonExpression? select = null)
    {
        var found = new Dictionary<long, BsonDocument>();
        var sorted = ids.Distinct().Order().ToList();
        for (int first = 0, next; first < sorted.Count; first = next)
        {
            for (next = first + 1; next < sorted.Count && sorted[next] - sorted[next - 1] <= Near; next++)
            {
            }

            (_stretch["0"], _stretch["1"]) = (sorted[first], sorted[next - 1]);
            using var rows = Open(
                collection, _idWithinStretch ??= BsonExpression.Create("$._id BETWEEN @0 AND @1", _stretch), ById, descending: false, select);
            for (var at = first; rows.Step();)
            {
                var id = rows.Current.Seq();
                while (sorted[at] < id)
                {
                    at++;
                }

                if (sorted[at] == id)
                {
                    found.Add(id, rows.Current);
                }
            }
        }

        return found;
    }

    public BsonDocument? FindByKey(string collection, BsonValue key)
    {
        _value["0"] = key;
        return One(collection, _keyIs ??= BsonExpression.Create(KeysExpression + " ANY = @0", _value));
    }

    /// <summary>Reads the documents with ids within a range, both ends included, in their order.</summary>
    public Rows Within(string collection, BsonValue from, BsonValue to, bool descending = false, BsonExpression? select = null)
    {
        if (!TrySetRange(from, to))
        {
            return new Rows(null);
        }

        return Open(collection, _idWithin ??= BsonExpression.Create("$._id BETWEEN @0 AND @1", _range), ById, descending, select);
    }

    /// <summary>Reads the documents with a key within a range, both ends included, in the order of the keys.</summary>
    public Rows WithinKeys(string collection, BsonValue from, BsonValue to, bool descending = false, BsonExpression? select = null)
    {
        if (!TrySetRange(from, to))
        {
            return new Rows(null);
        }

        return Open(collection, _keyWithin ??= BsonExpression.Create(KeysExpression + " ANY BETWEEN @0 AND @1", _range), ByKey, descending, select);
    }

    /// <summary>Reads the first document with a key within a range.</summary>
    public BsonDocument? FirstWithinKeys(string collection, BsonValue from, BsonValue to, bool descending = false, BsonExpression? select = null)
    {
        using var rows = WithinKeys(collection, from, to, descending, select);
        return rows.Step() ? rows.Current : null;
    }

    /// <summary>Reads the first document with an id within a range.</summary>
    public BsonDocument? FirstWithin(string collection, BsonValue from, BsonValue to, bool descending = false, BsonExpression? select = null)
    {
        using var rows = Within(collection, from, to, descending, select);
        return rows.Step() ? rows.Current : null;
    }

    public void Insert(string collection, IEnumerable<BsonDocument> documents) => engine.Insert(collection, documents, BsonAutoId.Int64);

    /// <summary>The same for documents that are made already, often none of them.</summary>
    public void InsertIfAny(string collection, List<BsonDocument> documents)
    {
        if (documents.Count > 0)
        {
            Insert(collection, documents);
        }
    }

    public void Update(string collection, IEnumerable<BsonDocument> documents) => engine.Update(collection, documents);

    public int Delete(string collection, IEnumerable<BsonValue> ids) => engine.Delete(collection, ids);

    /// <summary>Of a range that ends before it begins LiteDB finds the beginning.</summary>
    private bool TrySetRange(BsonValue from, BsonValue to)
    {
        (_range["0"], _range["1"]) = (from, to);
        return from.CompareTo(to) <= 0;
    }

    private BsonDocument? One(string collection, BsonExpression where)
    {
        using var reader = engine.Query(collection, new Query { Where = { where } });
        return reader.Read() ? reader.Current.AsDocument : null;
    }

    private Rows Open(string collection, BsonExpression where, BsonExpression order, bool descending, BsonExpression? select) => new(
        engine.Query(
            collection,
            new Query
            {
                Where = { where },
                OrderBy = order,
                Order = descending ? Query.Descending : Query.Ascending,
                Select = select ?? Everything,
            }));
}
