using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Transitions;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Removes the counts of old minutes, which go into their hours, or those of old hours. It walks from owner to owner.</summary>
internal sealed class StatsSweep(string collection, RetentionTerms terms) : ShortSweep(terms.Batch)
{
    private readonly bool _ofMinutes = collection == Collections.StatsMinutes;
    private readonly List<(long Owner, long Number, int[] Numbers)> _found = [];
    private long _owner;

    protected override int Found => _found.Count;

    protected override void Forget() => _found.Clear();

    protected override void LookOn(DocumentStore reader)
    {
        var before = _ofMinutes ? StatsBuckets.FirstMinute(terms.Now) : StatsBuckets.FirstHour(terms.Now);
        for (var looked = 0; looked < LookAtMost && !IsFull; looked += 2 * Seek)
        {
            if (StatsDocuments.FindOwner(reader, collection, _owner) is not { } owner)
            {
                Finished = true;
                break;
            }

            // One with more than that is looked at again when these are gone.
            var old = StatsDocuments.List(reader, collection, owner, 0, before - 1).Take(Batch - Found).ToList();
            _found.AddRange(old.Select(each => (owner, each.Number, each.Numbers)));
            _owner = IsFull ? owner : owner + 1;
        }
    }

    public override Removed Remove(WriteSession session)
    {
        if (_ofMinutes)
        {
            foreach (var hour in _found.GroupBy(each => (Number: StatsBuckets.HourOfMinute(each.Number), each.Owner)))
            {
                AddTo(session.Stored, hour.Key.Number, hour.Key.Owner, hour.Select(each => each.Numbers));
            }
        }

        var ids = _found.ConvertAll(each => new BsonValue(StatsDocuments.IdOf(each.Owner, each.Number)));
        session.Stored.Delete(collection, ids);
        session.Stored.RecentCounts.Forget(collection, ids);
        session.NoteSize(documents: _found.Count);
        return default;
    }

    private static void AddTo(DocumentStore documents, long hour, long owner, IEnumerable<int[]> added)
    {
        var counts = new AttemptCounts();
        var stored = StatsDocuments.Find(documents, Collections.StatsHours, hour, owner);
        counts.Add(NumberFormat.Read(stored));
        foreach (var each in added)
        {
            counts.Add(each);
        }

        var document = StatsDocuments.ToDocument(hour, owner, NumberFormat.Write(counts.Numbers));
        if (stored is null)
        {
            documents.Insert(Collections.StatsHours, [document]);
        }
        else
        {
            documents.Update(Collections.StatsHours, [document]);
        }
    }
}
