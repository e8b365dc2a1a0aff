using ControlPlane.Storage.Transitions;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// Removes deliveries that ended long ago, with their attempts. It walks them in the order of their last change, so that the floor of the
/// change feed, which follows it, stays as far behind as the clock of the metadata allows.
/// </summary>
internal sealed class DeliverySweep(RetentionTerms terms) : ShortSweep(terms.Batch)
{
    /// <summary>Changes whose deliveries are read together.</summary>
    private const int AtOnce = 64;

    private readonly ExpiryJudge _expiry = new(terms.MetadataBefore, terms.Now);
    private readonly DeadLetters _dead = new(terms.DeadLetters);
    private readonly List<(long Seq, long Revision)> _found = [];
    private readonly List<BsonValue> _spent = [];
    private long _position;
    private bool _keeps;

    protected override int Found => _found.Count + _spent.Count;

    protected override bool IsFull => _found.Count >= Batch || _spent.Count >= LookAtMost;

    protected override void Forget()
    {
        _found.Clear();
        _spent.Clear();
        _dead.Clear();
    }

    protected override void LookOn(DocumentStore reader)
    {
        var (looked, known) = (0, _dead.Cost);
        bool IsEnough() => Finished || IsFull || looked + _dead.Cost - known >= LookAtMost;
        while (!IsEnough())
        {
            var changes = Changes.After(reader, _position).Take(Math.Min(AtOnce, Batch - _found.Count)).ToList();
            foreach (var (change, current) in Changes.Current(reader, changes, DeliveryFormat.Facts))
            {
                var age = _expiry.Judge(current?.Long("u") ?? change.Transaction.Time);
                if (age == Age.Young)
                {
                    Finished = true;
                    break;
                }

                looked++;
                Look(reader, change, current, age);
                if (IsEnough())
                {
                    break;
                }
            }

            Finished |= changes.Count == 0;
        }
    }

    public override Removed Remove(WriteSession session)
    {
        // What changed since the look is not what was looked at.
        var stored = session.Documents.FindAll(Collections.Deliveries, _found.Select(found => found.Seq), DeliveryFormat.Facts);
        var gone = _found.Where(found => stored.GetValueOrDefault(found.Seq)?.Long("rv") == found.Revision).ToList();
        session.Documents.Delete(Collections.Deliveries, gone.Select(found => new BsonValue(found.Seq)));
        session.Stored.Delete(Collections.Changes, _spent);
        gone.ForEach(found => session.Counters.NoteRemoved(found.Revision));
        session.NoteSize(documents: _found.Count + _spent.Count);
        return new Removed { Deliveries = gone.Count };
    }

    /// <summary>The changes of a transaction are of no use any more when each of them is removed or superseded; neither is taken back.</summary>
    private void Look(DocumentStore reader, Change change, BsonDocument? current, Age age)
    {
        _position = change.Revision;
        _keeps &= change.Revision != change.Transaction.First;
        if (current is not null && age == Age.Expired && HasEnded(reader, (DeliveryState)current.Int("s"), current.Long("ws"), current.Seq()))
        {
            _found.Add((current.Seq(), change.Revision));
        }
        else
        {
            _keeps |= current is not null;
        }

        if (!_keeps && change.Revision == change.Transaction.Last)
        {
            _spent.Add(change.Transaction.First);
        }
    }

    private bool HasEnded(DocumentStore reader, DeliveryState state, long webhook, long seq) => state switch
    {
        DeliveryState.Succeeded or DeliveryState.Cancelled => true,
        DeliveryState.Dead => !_dead.Keeps(reader, webhook, seq),
        _ => false,
    };
}
