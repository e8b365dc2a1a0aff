using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Erases events whose own time to expire has come.</summary>
internal sealed class ExpirySweep(RetentionTerms terms) : Sweep<DocumentStore, WriteSession>(terms.Batch)
{
    private readonly List<long> _found = [];

    public override bool Look(DocumentStore reader)
    {
        _found.Clear();
        using var rows = reader.WithinKeys(
            Collections.Events, Key.Of(KeyKind.Expiring, long.MinValue, long.MinValue),
            Key.Of(KeyKind.Expiring, terms.Now.ToMicroseconds(), long.MaxValue), select: EventSweep.Facts);
        while (_found.Count < Batch && rows.Step())
        {
            _found.Add(rows.Current.Seq());
        }

        Finished = _found.Count < Batch;
        return _found.Count > 0;
    }

    public override Removed Remove(WriteSession session) => new() { Erased = EventErasing.Erase(session, _found) };
}
