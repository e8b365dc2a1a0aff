using ControlPlane.Storage.Embedded;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Removes entries of the audit log that expired.</summary>
internal sealed class AuditSweep(RetentionTerms terms) : Sweep<DocumentStore, WriteSession>(terms.Batch)
{
    private readonly List<BsonValue> _found = [];

    public override bool Look(DocumentStore reader)
    {
        _found.Clear();
        using var rows = reader.Within(Collections.Audit, 0L, terms.AuditBefore.ToMicroseconds() - 1);
        while (_found.Count < Batch && rows.Step())
        {
            _found.Add(rows.Current[DocumentStore.Id]);
        }

        Finished = _found.Count < Batch;
        return _found.Count > 0;
    }

    public override Removed Remove(WriteSession session)
    {
        session.NoteSize(documents: _found.Count);
        return new Removed { AuditEvents = session.Stored.Delete(Collections.Audit, _found) };
    }
}
