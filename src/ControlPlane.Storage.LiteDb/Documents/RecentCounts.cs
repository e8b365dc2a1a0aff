using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// Counts that nearly every transaction changes. A transaction leaves those that it changed in one document, since to store each by itself costs as
/// much as to store as many deliveries. The documents take turns: what was in one when its turn comes again is stored by itself then, unless
/// it was changed since. In memory it goes with the documents it was read from, and what it says is what they and those of the turns do together. For
/// one thread at a time, as they are.
/// </summary>
internal sealed class RecentCounts
{
    /// <summary>The field of a count's own document with its number or numbers.</summary>
    public const string Number = "n";

    /// <summary>The documents that take turns. Part of the stored format.</summary>
    public const int Turns = 128;

    private const string TurnField = "turn";
    private static readonly string[] Counted = [Collections.Backlog, Collections.StatsMinutes];

    private readonly Dictionary<(string Collection, long Id), Count> _counts = [];
    private readonly List<Count>?[] _stored = new List<Count>?[Turns];
    private readonly List<Count> _changed = [];
    private long _turn;

    private RecentCounts()
    {
    }

    public static RecentCounts Load(DocumentStore documents)
    {
        var recent = new RecentCounts();
        var turns = new List<BsonDocument>();
        using (var rows = documents.Within(Collections.RecentCounts, 0L, Turns - 1L))
        {
            while (rows.Step())
            {
                turns.Add(rows.Current);
            }
        }

        foreach (var turn in turns.OrderBy(turn => turn.Long(TurnField)))
        {
            recent._turn = turn.Long(TurnField);
            recent._stored[turn.Seq()] = [.. Counted.SelectMany(collection => Read(turn, collection))
                .Select(count => recent.Note(count.Collection, count.Id, new BsonDocument { [Number] = count.Number }))];
            recent._turn++;
        }

        recent.Complete(documents);
        return recent;
    }

    /// <summary>Finds the document of a count as it is by now; null if what is stored of it by itself is.</summary>
    public BsonDocument? Find(string collection, long id) => _counts.GetValueOrDefault((collection, id))?.Document;

    /// <summary>Within a transaction: a count's document, which is in its collection, becomes this.</summary>
    public void Change(string collection, BsonDocument document) => _changed.Add(Note(collection, document.Seq(), document));

    /// <summary>Within a transaction: documents of counts were removed.</summary>
    public void Forget(string collection, IEnumerable<BsonValue> ids)
    {
        foreach (var id in ids)
        {
            if (_counts.Remove((collection, id.AsInt64), out var count))
            {
                count.Turn = -1;
            }
        }
    }

    /// <summary>Stores what the transaction changed.</summary>
    public void Flush(DocumentStore documents)
    {
        if (_changed.Count == 0)
        {
            return;
        }

        var at = _turn % Turns;
        var before = _stored[at];
        StoreByThemselves(documents, before?.Where(count => count.Turn == _turn - Turns) ?? []);
        var document = new BsonDocument { [DocumentStore.Id] = at, [TurnField] = _turn };
        foreach (var changed in _changed.GroupBy(count => count.Collection))
        {
            document[changed.Key] = new BsonArray(changed.SelectMany(count => new[] { new BsonValue(count.Id), count.Document[Number] }));
        }

        if (before is null)
        {
            documents.Insert(Collections.RecentCounts, [document]);
        }
        else
        {
            documents.Update(Collections.RecentCounts, [document]);
        }

        _stored[at] = [.. _changed];
        _changed.Clear();
        _turn++;
    }

    private void StoreByThemselves(DocumentStore documents, IEnumerable<Count> counts)
    {
        foreach (var own in counts.GroupBy(count => count.Collection))
        {
            documents.Update(own.Key, own.Select(count => count.Document));
            foreach (var count in own)
            {
                _counts.Remove((count.Collection, count.Id));
            }
        }
    }

    private Count Note(string collection, long id, BsonDocument document)
    {
        if (!_counts.TryGetValue((collection, id), out var count))
        {
            _counts[(collection, id)] = count = new Count(collection, id);
        }

        (count.Document, count.Turn) = (document, _turn);
        return count;
    }

    /// <summary>Takes the rest of each count's document, which says whose it is, from its own; one whose own is gone is forgotten.</summary>
    private void Complete(DocumentStore documents)
    {
        foreach (var collection in Counted)
        {
            var counts = _counts.Values.Where(count => count.Collection == collection).ToList();
            var own = documents.FindAll(collection, counts.Select(count => count.Id));
            foreach (var count in counts)
            {
                if (own.TryGetValue(count.Id, out var document))
                {
                    document[Number] = count.Document[Number];
                    count.Document = document;
                }
                else
                {
                    Forget(collection, [count.Id]);
                }
            }
        }
    }

    private static IEnumerable<(string Collection, long Id, BsonValue Number)> Read(BsonDocument turn, string collection) =>
        turn[collection] is { IsArray: true } counts
            ? counts.AsArray.Chunk(2).Select(count => (collection, count[0].AsInt64, count[1]))
            : [];

    private sealed class Count(string collection, long id)
    {
        public string Collection => collection;

        public long Id => id;

        /// <summary>As it is to be in its collection.</summary>
        public BsonDocument Document { get; set; } = null!;

        /// <summary>The turn in which it was changed last.</summary>
        public long Turn { get; set; }
    }
}
