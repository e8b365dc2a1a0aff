using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Removes entries of the audit log that expired.</summary>
internal sealed class AuditSweep(RetentionTerms terms) : ShortSweep(terms.Batch)
{
    private readonly List<BsonValue> _found = [];

    protected override int Found => _found.Count;

    protected override void Forget() => _found.Clear();

    protected override void LookOn(DocumentStore reader)
    {
        using var rows = reader.Within(Collections.Audit, 0L, terms.AuditBefore.ToMicroseconds() - 1);
        while (!IsFull && rows.Step())
        {
            _found.Add(rows.Current[DocumentStore.Id]);
        }

        Finished = !IsFull;
    }

    public override Removed Remove(WriteSession session)
    {
        session.NoteSize(documents: _found.Count);
        return new Removed { AuditEvents = session.Stored.Delete(Collections.Audit, _found) };
    }
}
