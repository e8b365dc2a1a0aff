namespace ControlPlane.Storage.Embedded;

/// <summary>
/// How many deliveries of each tenant and each webhook have not ended, and how many of those are leased. Known when the store is opened and
/// kept by the writer from then on, so that asking costs nothing.
/// </summary>
internal sealed class Backlog
{
    private readonly Tally _openOfTenants = new();
    private readonly Tally _openOfWebhooks = new();
    private readonly Tally _leasedOfTenants = new();
    private readonly Tally _leasedOfWebhooks = new();
    private readonly HashSet<string> _leased = new(StringComparer.Ordinal);
    private readonly Stack<string> _leaseChanges = [];
    private long _total;
    private long _added;

    /// <summary>Of one tenant and of all, as last committed. For any thread.</summary>
    public BacklogCount Of(string tenantId) => new(_openOfTenants.Of(tenantId), Interlocked.Read(ref _total));

    /// <summary>How many of a webhook wait, as last committed. For the writer.</summary>
    public long WaitingOfWebhook(string webhookId) => _openOfWebhooks.Of(webhookId) - _leasedOfWebhooks.Of(webhookId);

    /// <summary>How many are leased and how many wait, of a webhook or a tenant. For any thread.</summary>
    public (long InFlight, long Waiting) Of(StatsQuery query)
    {
        var (open, leased) = query.OfWebhook
            ? (_openOfWebhooks.Of(query.Id), _leasedOfWebhooks.Of(query.Id))
            : (_openOfTenants.Of(query.Id), _leasedOfTenants.Of(query.Id));
        // A commit can come in between the two.
        return (Math.Min(leased, open), Math.Max(0, open - leased));
    }

    /// <summary>Whether those of webhooks are as many as those of tenants.</summary>
    public bool AreWhole => _openOfWebhooks.Sum == Interlocked.Read(ref _total);

    /// <summary>When the store is opened: deliveries that wait.</summary>
    public void Load(string tenantId, string webhookId, long count)
    {
        Add(tenantId, webhookId, count);
        Commit();
    }

    /// <summary>The same where tenants and webhooks are counted apart: those of a tenant that have not ended, leased ones among them.</summary>
    public void LoadTenant(string tenantId, long count)
    {
        _openOfTenants.Add(tenantId, count);
        _added += count;
        Commit();
    }

    /// <summary>Those of a webhook that wait.</summary>
    public void LoadWaiting(string webhookId, long count)
    {
        _openOfWebhooks.Add(webhookId, count);
        Commit();
    }

    /// <summary>Those of a webhook and its tenant, of whom the tenant counts them already, that are leased.</summary>
    public void LoadLeased(string tenantId, string webhookId, string deliveryId)
    {
        NoteLease(tenantId, webhookId, deliveryId, leased: true);
        LoadWaiting(webhookId, 1);
    }

    /// <summary>Within a transaction: a delivery is stored as it is now.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="opened">1 if it begins with this, -1 if it ends, else 0.</param>
    /// <returns>By how much the number of those that wait changes.</returns>
    public int Note(DeliveryRecord delivery, int opened)
    {
        if (opened != 0)
        {
            Add(delivery.TenantId, delivery.WebhookId, opened);
        }

        return opened - NoteLease(delivery.TenantId, delivery.WebhookId, delivery.Id, delivery.State == DeliveryState.InFlight);
    }

    public void Commit()
    {
        _openOfTenants.Commit();
        _openOfWebhooks.Commit();
        _leasedOfTenants.Commit();
        _leasedOfWebhooks.Commit();
        _leaseChanges.Clear();
        Interlocked.Add(ref _total, _added);
        _added = 0;
    }

    public void Rollback()
    {
        _openOfTenants.Rollback();
        _openOfWebhooks.Rollback();
        _leasedOfTenants.Rollback();
        _leasedOfWebhooks.Rollback();
        _added = 0;
        while (_leaseChanges.TryPop(out var delivery))
        {
            if (!_leased.Remove(delivery))
            {
                _leased.Add(delivery);
            }
        }
    }

    private void Add(string tenantId, string webhookId, long count)
    {
        _openOfTenants.Add(tenantId, count);
        _openOfWebhooks.Add(webhookId, count);
        _added += count;
    }

    private int NoteLease(string tenantId, string webhookId, string deliveryId, bool leased)
    {
        if (!(leased ? _leased.Add(deliveryId) : _leased.Remove(deliveryId)))
        {
            return 0;
        }

        var change = leased ? 1 : -1;
        _leaseChanges.Push(deliveryId);
        _leasedOfTenants.Add(tenantId, change);
        _leasedOfWebhooks.Add(webhookId, change);
        return change;
    }
}
