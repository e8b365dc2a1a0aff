using ControlPlane.Storage.Embedded;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// How many deliveries of each tenant have not ended, kept with every commit that changes it: to count them when the store is opened
/// would mean to read them all.
/// </summary>
internal sealed class StoredBacklog
{
    private readonly Dictionary<string, long> _changed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _tenants = new(StringComparer.Ordinal);
    private bool _isStored = true;

    public StoredBacklog(DocumentStore documents)
    {
        var stored = new List<(string, long)>();
        using var rows = documents.Within(Collections.Backlog, long.MinValue, long.MaxValue);
        while (rows.Step())
        {
            var tenant = rows.Current.Text("t");
            stored.Add((tenant, rows.Current.Long("n")));
            _tenants[tenant] = rows.Current.Seq();
        }

        Counts = new Backlog(stored);
    }

    /// <summary>The numbers, as last committed.</summary>
    public Backlog Counts { get; }

    /// <summary>Within a transaction: deliveries began or ended.</summary>
    public void Add(string tenantId, long count)
    {
        Counts.Add(tenantId, count);
        _changed[tenantId] = _changed.GetValueOrDefault(tenantId) + count;
        _isStored = false;
    }

    /// <summary>Stores what changed, as it will be.</summary>
    public void Flush(DocumentStore documents, Func<string, long> numberOf)
    {
        if (_isStored)
        {
            return;
        }

        _isStored = true;
        foreach (var (tenant, count) in _changed)
        {
            var known = _tenants.TryGetValue(tenant, out var seq);
            seq = known ? seq : numberOf(tenant);
            var document = new BsonDocument { ["_id"] = seq, ["t"] = tenant, ["n"] = Counts.Of(tenant).OfTenant + count };
            if (known)
            {
                documents.Update(Collections.Backlog, [document]);
            }
            else
            {
                documents.Insert(Collections.Backlog, [document]);
            }

            _tenants[tenant] = seq;
        }
    }

    public void Commit()
    {
        Counts.Commit();
        _changed.Clear();
    }

    /// <summary>Takes the transaction back.</summary>
    public void Rollback(DocumentStore? documents)
    {
        Counts.Rollback();
        _changed.Clear();
        _isStored = true;
        _tenants.Clear();
        if (documents is not null)
        {
            using var rows = documents.Within(Collections.Backlog, long.MinValue, long.MaxValue);
            while (rows.Step())
            {
                _tenants[rows.Current.Text("t")] = rows.Current.Seq();
            }
        }
    }
}
