namespace ControlPlane.Storage.Sqlite;

/// <summary>Removes keys of portal sessions that expired.</summary>
internal sealed class SessionSweep(RetentionTerms terms) : SqliteSweep(terms.Batch)
{
    /// <summary>By the index of ids, in which those of sessions are beside each other, oldest first.</summary>
    internal static readonly Sql After = new("SELECT seq, id, expire_time FROM api_keys WHERE id > ? AND id < ? ORDER BY id LIMIT ?");

    private static readonly Sql DeleteOne = new("DELETE FROM api_keys WHERE seq = ?");
    private static readonly string End = ApiKeyRecord.PortalPrefix + '~';
    private readonly List<long> _found = [];
    private string _last = ApiKeyRecord.PortalPrefix;

    public override bool Look(Connection reader)
    {
        _found.Clear();
        var looked = 0;
        using var rows = reader.Use(After).Bind(_last).Bind(End).Bind(LookAtMost);
        while (_found.Count < Batch && rows.Step())
        {
            looked++;
            _last = rows.Text(1);
            if (rows.TimeOrNull(2) < terms.SessionsBefore)
            {
                _found.Add(rows.Long(0));
            }
        }

        Finished = looked < LookAtMost && _found.Count < Batch;
        return _found.Count > 0;
    }

    public override Removed Remove(WriteSession session)
    {
        foreach (var key in _found)
        {
            session.Use(DeleteOne).Bind(key).Run();
            session.NoteRow();
        }

        return new Removed { Sessions = _found.Count };
    }
}
