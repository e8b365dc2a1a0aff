namespace ControlPlane.Storage.LiteDb;

/// <summary>Erases events whose own time to expire has come.</summary>
internal sealed class ExpirySweep(RetentionTerms terms) : ShortSweep(terms.Batch)
{
    private readonly List<long> _found = [];

    protected override int Found => _found.Count;

    protected override void Forget() => _found.Clear();

    protected override void LookOn(DocumentStore reader)
    {
        using var rows = reader.WithinKeys(
            Collections.Events, Key.Of(KeyKind.Expiring, long.MinValue, long.MinValue),
            Key.Of(KeyKind.Expiring, terms.Now.ToMicroseconds(), long.MaxValue), select: EventSweep.Facts);
        while (!IsFull && rows.Step())
        {
            _found.Add(rows.Current.Seq());
        }

        Finished = !IsFull;
    }

    public override Removed Remove(WriteSession session) => new() { Erased = EventErasing.Erase(session, _found) };
}
