using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// Removes deliveries that ended long ago, with their attempts. It walks them in the order of their last change, so that the floor of the
/// change feed, which follows it, stays as far behind as the clock of the metadata allows.
/// </summary>
internal sealed class DeliverySweep(RetentionTerms terms) : Sweep<DocumentStore, WriteSession>(terms.Batch)
{
    private readonly ExpiryJudge _expiry = new(terms.MetadataBefore, terms.Now);
    private readonly List<(long Seq, long Revision)> _found = [];
    private long _position;

    public override bool Look(DocumentStore reader)
    {
        _found.Clear();
        var dead = new DeadLetters(reader, terms.DeadLetters);
        var looked = 0;
        using var rows = reader.WithinKeys(
            Collections.Deliveries, Key.Of(KeyKind.Free, _position + 1), Key.Of(KeyKind.Free, long.MaxValue), select: DeliveryFormat.Facts);
        while (rows.Step())
        {
            var facts = rows.Current;
            var age = _expiry.Judge(facts.Long("u"));
            if (age == Age.Young)
            {
                break;
            }

            looked++;
            _position = facts.Long("rv");
            if (age == Age.Expired && HasEnded((DeliveryState)facts.Int("s"), facts.Long("ws"), facts.Seq(), dead))
            {
                _found.Add((facts.Seq(), _position));
            }

            if (_found.Count == Batch || looked + (dead.Webhooks * dead.Cost) >= LookAtMost)
            {
                return _found.Count > 0;
            }
        }

        Finished = true;
        return _found.Count > 0;
    }

    public override Removed Remove(WriteSession session)
    {
        // What changed since the look is not what was looked at.
        var gone = _found.Where(found => session.Documents.Find(Collections.Deliveries, found.Seq)?.Long("rv") == found.Revision).ToList();
        session.Documents.Delete(Collections.Deliveries, gone.Select(found => new LiteDB.BsonValue(found.Seq)));
        gone.ForEach(found => session.Counters.NoteRemoved(found.Revision));
        session.Unlisted?.RemoveAll(listed => gone.Exists(found => found.Seq == listed.Delivery));
        session.NoteSize(documents: _found.Count);
        return new Removed { Deliveries = gone.Count };
    }

    private static bool HasEnded(DeliveryState state, long webhook, long seq, DeadLetters dead) => state switch
    {
        DeliveryState.Succeeded or DeliveryState.Cancelled => true,
        DeliveryState.Dead => !dead.Keeps(webhook, seq),
        _ => false,
    };
}
