namespace ControlPlane.Storage.Sqlite;

/// <summary>Erases events whose own time to expire has come.</summary>
internal sealed class ExpirySweep(RetentionTerms terms) : SqliteSweep(terms.Batch)
{
    internal static readonly Sql Expired = new(
        "SELECT seq FROM events WHERE expire_time <= ? AND expire_time IS NOT NULL AND erase_time IS NULL ORDER BY expire_time LIMIT ?");

    private readonly List<long> _found = [];

    public override bool Look(Connection reader)
    {
        _found.Clear();
        using var rows = reader.Use(Expired).Bind(terms.Now).Bind(Batch);
        while (rows.Step())
        {
            _found.Add(rows.Long(0));
        }

        Finished = _found.Count < Batch;
        return _found.Count > 0;
    }

    public override Removed Remove(WriteSession session) => new() { Erased = EventErasing.Erase(session, _found) };
}
