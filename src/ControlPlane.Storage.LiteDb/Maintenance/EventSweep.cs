using ControlPlane.Storage.Transitions;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Removes events of which no delivery is left.</summary>
internal sealed class EventSweep(RetentionTerms terms) : ShortSweep(terms.Batch)
{
    internal static readonly BsonExpression Facts = BsonExpression.Create("{_id: $._id, c: $.c, fd: $.fd, dc: $.dc}");
    private readonly ExpiryJudge _expiry = new(terms.MetadataBefore, terms.Now);
    private readonly List<long> _found = [];
    private long _position;

    protected override int Found => _found.Count;

    protected override void Forget() => _found.Clear();

    protected override void LookOn(DocumentStore reader)
    {
        var looked = 0;
        using var rows = reader.Within(Collections.Events, _position + 1, long.MaxValue, select: Facts);
        while (rows.Step())
        {
            var facts = rows.Current;
            var age = _expiry.Judge(facts.Long("c"));
            if (age == Age.Young)
            {
                break;
            }

            looked += 2 * Seek;
            _position = facts.Seq();
            if (age == Age.Expired && !HasDelivery(reader, _position, facts.Long("fd"), facts.Long("dc")))
            {
                _found.Add(_position);
            }

            if (IsFull || looked >= LookAtMost)
            {
                return;
            }
        }

        Finished = true;
    }

    public override Removed Remove(WriteSession session)
    {
        // Those that are not stored with their event can have been created since the look.
        var seqs = _found.Where(seq => !HasLater(session.Documents, seq)).Select(seq => new BsonValue(seq)).ToList();
        session.Documents.Delete(Collections.Payloads, seqs);
        session.NoteSize(documents: _found.Count);
        return new Removed { Events = session.Documents.Delete(Collections.Events, seqs) };
    }

    private static bool HasDelivery(DocumentStore documents, long seq, long first, long count) =>
        (count > 0 && documents.FirstWithin(Collections.Deliveries, first, first + count - 1, select: DeliveryFormat.Facts) is not null)
        || HasLater(documents, seq);

    private static bool HasLater(DocumentStore documents, long seq) => DeliveryWalks.LaterOfEvent(documents, seq).Any();
}
