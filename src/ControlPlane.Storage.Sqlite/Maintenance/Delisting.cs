namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// Takes deliveries that were removed off the lists of their webhooks: many at a time, webhook by webhook, since each list has pages of
/// its own. Until then, or for good if the pass is cut short, a list has entries that nobody finds.
/// </summary>
internal sealed class Delisting(int batch)
{
    private const int AtOnce = 1_024;

    private readonly List<(long Webhook, long Delivery)> _removed = [];
    private readonly Queue<(long Webhook, long Delivery)> _due = [];
    private readonly List<(long Webhook, long Delivery)> _next = [];

    /// <summary>Notes deliveries that were found and removed; one that changed in between can be among them.</summary>
    public void Add(IEnumerable<(long Webhook, long Delivery)> removed) => _removed.AddRange(removed);

    /// <summary>Looks what is to be taken off next; false if it is nothing yet.</summary>
    /// <param name="all">Whether to leave none for later.</param>
    public bool Look(bool all)
    {
        _next.Clear();
        if (_due.Count == 0 && (all || _removed.Count >= AtOnce))
        {
            _removed.Sort();
            _removed.ForEach(_due.Enqueue);
            _removed.Clear();
        }

        // An entry takes a fraction of what a delivery does.
        for (var left = 4 * batch; left > 0 && _due.TryDequeue(out var entry); left--)
        {
            _next.Add(entry);
        }

        return _next.Count > 0;
    }

    /// <summary>Takes off what was found, except deliveries that are still there because they changed before they were removed.</summary>
    public void Run(WriteSession session)
    {
        foreach (var (webhook, delivery) in _next)
        {
            WebhookDeliveries.Delete(session, webhook, delivery);
        }

        session.NoteRows(_next.Count);
    }
}
