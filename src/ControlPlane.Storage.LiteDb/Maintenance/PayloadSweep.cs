using ControlPlane.Storage.Transitions;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Removes payloads that nothing will send any more.</summary>
internal sealed class PayloadSweep(RetentionTerms terms) : ShortSweep(terms.Batch)
{
    /// <summary>Bytes to remove at a time: each page of a payload is freed by itself.</summary>
    private const long MostBytes = 1 << 20;

    private static readonly BsonExpression IdOnly = BsonExpression.Create("{_id: $._id}");
    private readonly ExpiryJudge _expiry = new(terms.PayloadsBefore, terms.Now);
    private readonly DeadLetters _dead = new(terms.DeadLetters);
    private readonly List<(long Event, long From, long To)> _found = [];
    private long _position;
    private long _head;
    private long _bytes;

    protected override int Found => _found.Count;

    protected override bool IsFull => base.IsFull || _bytes >= MostBytes;

    protected override void Forget()
    {
        _found.Clear();
        _dead.Clear();
        _bytes = 0;
    }

    protected override void LookOn(DocumentStore reader)
    {
        if (_found.Count == 0)
        {
            _head = Counters.Load(reader).Revision;
        }

        var (looked, deliveries, known) = (0, 0L, _dead.Cost);
        using var rows = reader.Within(Collections.Payloads, _position + 1, long.MaxValue, select: IdOnly);
        while (rows.Step())
        {
            var seq = rows.Current.Seq();
            var facts = reader.Find(Collections.Events, seq)!;
            var age = _expiry.Judge(facts.Long("c"));
            if (age == Age.Young)
            {
                break;
            }

            looked += 2 * Seek;
            _position = seq;
            var (from, to) = (facts.Long("fd"), facts.Long("fd") + facts.Long("dc"));
            if (age == Age.Expired && !IsNeeded(reader, seq, from, to))
            {
                _found.Add((seq, from, to));
                _bytes += facts.Long("pl");
            }

            deliveries += to - from;
            if (IsFull || looked + deliveries + _dead.Cost - known >= LookAtMost)
            {
                return;
            }
        }

        Finished = true;
    }

    public override Removed Remove(WriteSession session)
    {
        var gone = _found.Where(found => !HasUnfinished(session.Documents, found.Event, found.From, found.To)).Select(found => new BsonValue(found.Event)).ToList();
        session.NoteSize(documents: _found.Count);
        return new Removed { Payloads = session.Documents.Delete(Collections.Payloads, gone) };
    }

    /// <summary>Or set going again since the look: such a one can be a dead letter by now that is to be kept.</summary>
    private bool HasUnfinished(DocumentStore documents, long seq, long from, long to) =>
        Deliveries(documents, seq, from, to).Any(facts => !IsEnd((DeliveryState)facts.Int("s")) || facts.Long("rv") > _head);

    private bool IsNeeded(DocumentStore documents, long seq, long from, long to) => Deliveries(documents, seq, from, to).Any(facts =>
        !IsEnd((DeliveryState)facts.Int("s"))
        || ((DeliveryState)facts.Int("s") == DeliveryState.Dead && _dead.Keeps(documents, facts.Long("ws"), facts.Seq())));

    private static IEnumerable<BsonDocument> Deliveries(DocumentStore documents, long seq, long from, long to) =>
        (from < to ? DeliveryWalks.All(documents, from, to, descending: false) : []).Concat(DeliveryWalks.LaterOfEvent(documents, seq));

    private static bool IsEnd(DeliveryState state) => state is DeliveryState.Succeeded or DeliveryState.Dead or DeliveryState.Cancelled;
}
