namespace ControlPlane.Storage.Sqlite;

/// <summary>Removes webhooks that were deleted and that no delivery refers to any more, and redrives that ended.</summary>
internal sealed class LeftoverSweep(RetentionTerms terms) : SqliteSweep(terms.Batch)
{
    internal static readonly Sql DeletedWebhooks = new(
        """
        SELECT seq FROM webhooks w WHERE delete_time < ?
          AND NOT EXISTS (SELECT 1 FROM webhook_deliveries l CROSS JOIN deliveries d ON d.seq = l.delivery WHERE l.webhook = w.seq)
          AND NOT EXISTS (SELECT 1 FROM deliveries d
            WHERE d.seq > (SELECT webhook_deliveries_to FROM meta) AND d.webhook_seq = w.seq)
        ORDER BY delete_time LIMIT ?
        """);

    internal static readonly Sql EndedRedrives = new(
        "SELECT seq FROM redrives WHERE state <> 1 AND update_time < ? ORDER BY update_time LIMIT ?");

    private static readonly Sql DeleteWebhook = new("DELETE FROM webhooks WHERE seq = ?");
    private static readonly Sql DeleteRedrive = new("DELETE FROM redrives WHERE seq = ?");
    private readonly List<long> _webhooks = [];
    private readonly List<long> _redrives = [];

    public override bool Look(Connection reader)
    {
        Read(reader, DeletedWebhooks, _webhooks);
        Read(reader, EndedRedrives, _redrives);
        Finished = _webhooks.Count < Batch && _redrives.Count < Batch;
        return _webhooks.Count + _redrives.Count > 0;
    }

    public override Removed Remove(WriteSession session)
    {
        // Neither comes back, and a deleted webhook gets no deliveries.
        _webhooks.ForEach(webhook => WebhookDeliveries.Delete(session, webhook));
        Delete(session, DeleteWebhook, _webhooks);
        Delete(session, DeleteRedrive, _redrives);
        return new Removed { Webhooks = _webhooks.Count, Redrives = _redrives.Count };
    }

    private void Read(Connection connection, Sql sql, List<long> found)
    {
        found.Clear();
        using var rows = connection.Use(sql).Bind(terms.MetadataBefore).Bind(Batch);
        while (rows.Step())
        {
            found.Add(rows.Long(0));
        }
    }

    private static void Delete(WriteSession session, Sql sql, List<long> seqs)
    {
        foreach (var seq in seqs)
        {
            session.Use(sql).Bind(seq).Run();
            session.NoteRow();
        }
    }
}
