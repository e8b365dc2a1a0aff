namespace ControlPlane.Storage.Sqlite;

/// <summary>Removes entries of the audit log that expired.</summary>
internal sealed class AuditSweep(RetentionTerms terms) : SqliteSweep(terms.Batch)
{
    private static readonly Sql Expired = new("SELECT seq FROM audit_events WHERE seq < ? ORDER BY seq LIMIT ?");
    private static readonly Sql DeleteTo = new("DELETE FROM audit_events WHERE seq <= ?");
    private long _last;

    public override bool Look(Connection reader)
    {
        var found = 0;
        using var rows = reader.Use(Expired).Bind(terms.AuditBefore).Bind(Batch);
        while (rows.Step())
        {
            found++;
            _last = rows.Long(0);
        }

        Finished = found < Batch;
        return found > 0;
    }

    public override Removed Remove(WriteSession session)
    {
        var removed = session.Use(DeleteTo).Bind(_last).RunAndCount();
        session.NoteRows(removed);
        return new Removed { AuditEvents = removed };
    }
}
