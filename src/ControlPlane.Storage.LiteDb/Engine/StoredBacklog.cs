using ControlPlane.Storage.Embedded;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// How many deliveries of each tenant have not ended and how many of each webhook wait, kept with every commit that changes it: to count
/// them when the store is opened would mean to read them all. Those that are leased are read; a process holds a bounded number.
/// </summary>
internal sealed class StoredBacklog
{
    private static readonly BsonExpression Owners = BsonExpression.Create("{_id: $._id, t: $.t, w: $.w, id: $.id}");

    private readonly Dictionary<long, (string Field, string Id, long Count)> _changed = [];
    private HashSet<long>? _stored;
    private bool _isStored = true;

    public StoredBacklog(DocumentStore documents)
    {
        Read(documents);
        if (Counts.AreWhole)
        {
            return;
        }

        // Of a store from before webhooks were counted.
        foreach (var kind in new[] { KeyKind.Waiting, KeyKind.Blocked })
        {
            using var rows = documents.WithinKeys(
                Collections.Deliveries, Key.Of(kind, long.MinValue, long.MinValue, long.MinValue), Key.Of(kind, long.MaxValue, long.MaxValue, long.MaxValue));
            while (rows.Step())
            {
                Add(rows.Current.Long("ws"), "w", rows.Current.Text("w"), 1);
            }
        }

        foreach (var (seq, (field, id, count)) in _changed)
        {
            // What is stored of some of them is right. The first transaction stores the others.
            Counts.LoadWaiting(id, count - Counts.WaitingOfWebhook(id));
            _changed[seq] = (field, id, 0);
        }
    }

    /// <summary>The numbers, as last committed.</summary>
    public Backlog Counts { get; } = new();

    /// <summary>Within a transaction: a delivery is stored as it is now; it begins with this (1), ends (-1) or neither (0).</summary>
    public void Note(StoredDelivery stored, int opened)
    {
        var delivery = stored.Delivery;
        if (Counts.Note(delivery, opened) is not 0 and var waiting)
        {
            Add(stored.Webhook, "w", delivery.WebhookId, waiting);
        }

        if (opened != 0)
        {
            Add(stored.Tenant, "t", delivery.TenantId, opened);
        }
    }

    /// <summary>Stores what changed, as it will be.</summary>
    public void Flush(DocumentStore documents)
    {
        if (_isStored)
        {
            return;
        }

        _isStored = true;
        var stored = _stored ??= ReadIds(documents);
        var added = new List<BsonDocument>();
        foreach (var (seq, (field, id, count)) in _changed)
        {
            var committed = field == "t" ? Counts.Of(id).OfTenant : Counts.WaitingOfWebhook(id);
            var document = new BsonDocument { [DocumentStore.Id] = seq, [field] = id, [RecentCounts.Number] = committed + count };
            documents.RecentCounts.Change(Collections.Backlog, document);
            if (stored.Add(seq))
            {
                added.Add(document);
            }
        }

        documents.InsertIfAny(Collections.Backlog, added);
    }

    /// <summary>Within a transaction: removes what is stored of webhooks that are gone.</summary>
    public void Remove(DocumentStore documents, List<BsonValue> webhooks)
    {
        documents.Delete(Collections.Backlog, webhooks);
        documents.RecentCounts.Forget(Collections.Backlog, webhooks);
        webhooks.ForEach(webhook => _stored?.Remove(webhook.AsInt64));
    }

    public void Commit()
    {
        Counts.Commit();
        _changed.Clear();
    }

    /// <summary>Takes the transaction back.</summary>
    public void Rollback()
    {
        Counts.Rollback();
        _changed.Clear();
        _isStored = true;
        _stored = null;
    }

    private static HashSet<long> ReadIds(DocumentStore documents)
    {
        var ids = new HashSet<long>();
        using var rows = documents.Within(Collections.Backlog, long.MinValue, long.MaxValue);
        while (rows.Step())
        {
            ids.Add(rows.Current.Seq());
        }

        return ids;
    }

    private void Read(DocumentStore documents)
    {
        var recent = documents.RecentCounts;
        using (var rows = documents.Within(Collections.Backlog, long.MinValue, long.MaxValue))
        {
            while (rows.Step())
            {
                var latest = recent.Find(Collections.Backlog, rows.Current.Seq()) ?? rows.Current;
                var count = latest.Long(RecentCounts.Number);
                if (latest.Text("w") is { Length: > 0 } webhook)
                {
                    Counts.LoadWaiting(webhook, count);
                }
                else
                {
                    Counts.LoadTenant(latest.Text("t"), count);
                }
            }
        }

        foreach (var leased in LeasedWalk.All(documents, Owners))
        {
            Counts.LoadLeased(leased.Text("t"), leased.Text("w"), leased.Text("id"));
        }
    }

    private void Add(long seq, string field, string id, long count)
    {
        _changed[seq] = (field, id, _changed.GetValueOrDefault(seq).Count + count);
        _isStored = false;
    }
}
