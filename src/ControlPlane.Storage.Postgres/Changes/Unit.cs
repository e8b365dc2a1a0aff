using System.Runtime.InteropServices;
using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>
/// One transaction: what operations looked up and locked in it, and what they leave to be stored at its end, in one round trip with the
/// commit. Only then revisions and numbers are given, so the results of operations are made after that.
/// </summary>
internal sealed class Unit(Database database, NpgsqlConnection connection, Holdings holdings)
{
    public NpgsqlConnection Connection => connection;

    public Database Database => database;

    /// <summary>The engine's time, from when the transaction has begun.</summary>
    public DateTimeOffset Now { get; set; }

    /// <summary>What this process owns.</summary>
    public Holdings Holdings => holdings;

    /// <summary>Every change of a delivery, in the order in which revisions are given.</summary>
    public List<StagedDelivery> Changes { get; } = [];

    public List<StagedEvent> Events { get; } = [];

    /// <summary>The deliveries that are new, in the order in which numbers are given: those of its events, or else those of events that
    /// were stored before. A unit has one kind alone.</summary>
    public IEnumerable<StagedDelivery> Born => Changes.Where(change => change.Source is not null);

    public List<StagedAttempt> Attempts { get; } = [];

    /// <summary>Deliveries whose turn it became, or whose turn it is not any more.</summary>
    public Dictionary<long, bool> Blocked { get; } = [];

    /// <summary>Leases that are prolonged.</summary>
    public Dictionary<long, DateTimeOffset> Extended { get; } = [];

    /// <summary>By how much the number of unfinished deliveries of a tenant changes.</summary>
    public Dictionary<long, long> Opened { get; } = [];

    /// <summary>By how much the number of waiting deliveries of a webhook changes.</summary>
    public Dictionary<long, long> Waiting { get; } = [];

    /// <summary>How attempts ended, of webhooks and tenants (their numbers below zero).</summary>
    public Dictionary<long, AttemptCounts> Attempted { get; } = [];

    /// <summary>Tenants whose configuration was changed.</summary>
    public HashSet<string> Reconfigured { get; } = [];

    /// <summary>Tenants whose API keys were revoked; empty for platform keys.</summary>
    public HashSet<string> KeysRevoked { get; } = [];

    /// <summary>Entries of the audit log.</summary>
    public List<AuditRecord> Audits { get; } = [];

    /// <summary>Whether shards became free.</summary>
    public bool OwnershipChanged { get; set; }

    /// <summary>Up to which revision the change feed loses changes.</summary>
    public long Floor { get; set; }

    /// <summary>Whether anything has to be stored at the end.</summary>
    public bool IsEmpty => Changes.Count == 0 && Events.Count == 0 && Blocked.Count == 0 && Extended.Count == 0 && Audits.Count == 0
        && Floor == 0;

    /// <summary>Stages a change of a stored delivery.</summary>
    public StagedDelivery Save(StoredDelivery stored, DeliveryRecord delivery, string? owner = null, DateTimeOffset? leaseUntil = null, bool blocked = false)
    {
        var staged = new StagedDelivery
        {
            Seq = stored.Seq,
            Delivery = delivery,
            TenantSeq = stored.TenantSeq,
            WebhookSeq = stored.WebhookSeq,
            Owner = owner,
            LeaseUntil = leaseUntil,
            Blocked = blocked,
        };
        Changes.Add(staged);
        if (stored.Delivery.Ended != delivery.Ended)
        {
            Open(stored.TenantSeq, delivery.Ended ? -1 : 1);
        }

        Wait(stored.WebhookSeq, Waits(delivery) - Waits(stored.Delivery));
        return staged;
    }

    /// <summary>Stages an event with its deliveries.</summary>
    public void Add(StagedEvent added)
    {
        Events.Add(added);
        Changes.AddRange(added.Deliveries);
        Open(added.TenantSeq, added.Deliveries.Count);
        added.Deliveries.ForEach(each => Wait(each.WebhookSeq, Waits(each.Delivery)));
    }

    /// <summary>Counts an attempt for its webhook, unless that was deleted, and its tenant.</summary>
    public void Count(StoredDelivery stored, DeliveryRecord completed)
    {
        foreach (var owner in stored.WebhookDeleted ? [-stored.TenantSeq] : new[] { stored.WebhookSeq, -stored.TenantSeq })
        {
            (CollectionsMarshal.GetValueRefOrAddDefault(Attempted, owner, out _) ??= new AttemptCounts()).Note(completed);
        }
    }

    /// <summary>Stages a delivery of an event that was stored before.</summary>
    public void AddLater(StagedDelivery added)
    {
        Changes.Add(added);
        Wait(added.WebhookSeq, Waits(added.Delivery));
        Open(added.TenantSeq, 1);
    }

    /// <summary>Stages an entry of the audit log if something changed, and returns what the change returned.</summary>
    public T Log<T>(T result, bool changed, AuditRecord audit)
    {
        if (changed)
        {
            Audits.Add(audit);
        }

        return result;
    }

    /// <summary>Runs statements in the transaction.</summary>
    public async Task RunAsync(string sql, params object?[] values)
    {
        await using var script = new Script(connection).Add(sql, values);
        await script.RunAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Runs a statement in the transaction and reads its rows.</summary>
    public async Task<List<T>> ListAsync<T>(string sql, Func<NpgsqlDataReader, T> read, params object?[] values)
    {
        await using var script = new Script(connection).Add(sql, values);
        return await script.ListAsync(read, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Runs a statement in the transaction and reads its first row; the default if there is none.</summary>
    public async Task<T?> FindAsync<T>(string sql, Func<NpgsqlDataReader, T> read, params object?[] values) =>
        (await ListAsync(sql, read, values).ConfigureAwait(false)).FirstOrDefault();

    private static int Waits(DeliveryRecord delivery) => delivery.State is DeliveryState.Pending or DeliveryState.RetryScheduled ? 1 : 0;

    private void Wait(long webhookSeq, long count)
    {
        if (count != 0)
        {
            Waiting[webhookSeq] = Waiting.GetValueOrDefault(webhookSeq) + count;
        }
    }

    private void Open(long tenantSeq, long count)
    {
        if (count != 0)
        {
            Opened[tenantSeq] = Opened.GetValueOrDefault(tenantSeq) + count;
        }
    }
}
