using System.Collections.Immutable;

namespace ControlPlane.Storage.Postgres;

/// <summary>
/// Signals of this process's commits and of what others notify. Whatever notifications lose is looked for at each poll interval and
/// signalled then.
/// </summary>
internal sealed class PostgresSignals : ISignals
{
    private const string Look =
        """
        SELECT s.revision, s.config_seq, ARRAY(SELECT t.id FROM tenants t WHERE t.config_seq > $1 AND t.config_seq <= s.config_seq ORDER BY t.config_seq)
        FROM store s
        """;

    private const string LookForWork =
        """
        SELECT DISTINCT t.id, w.id FROM deliveries d JOIN webhooks w ON w.seq = d.webhook_seq + 0 JOIN tenants t ON t.seq = d.tenant_seq + 0
        WHERE d.revision > $1 AND d.revision <= $2 AND d.due IS NOT NULL AND NOT d.blocked
        """;

    private readonly Database _database;
    private readonly Holdings _holdings;
    private readonly Listener _listener;
    private readonly Lock _lock = new();
    private ImmutableList<Subscription> _subscribers = [];
    private long _revision;
    private long _config;

    public PostgresSignals(Database database, Transactions transactions, Listener listener, (long Revision, long Config) counters)
    {
        (_database, _holdings, _listener) = (database, transactions.Holdings, listener);
        (_revision, _config) = counters;
        transactions.Changed += Take;
        listener.Noticed += Raise;
        listener.Look += LookAsync;
    }

    /// <summary>None: what is lost is found here, for everybody at once, and signalled.</summary>
    public TimeSpan? PollInterval => null;

    public IDisposable Subscribe(Action<StoreSignal> received)
    {
        var subscription = new Subscription(this, received);
        lock (_lock)
        {
            _subscribers = _subscribers.Add(subscription);
        }

        _listener.Start();
        return subscription;
    }

    private void Take(Committed committed)
    {
        if (committed.Changes.Count > 0)
        {
            Raise(StoreSignal.DeliveriesChanged.Instance);
        }
    }

    /// <summary>Signals to whoever listens in this process.</summary>
    public void Raise(StoreSignal signal)
    {
        lock (_lock)
        {
            _subscribers.ForEach(subscriber => subscriber.Received(signal));
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var (revision, config, tenants) = await _database.FindAsync(
            Look, row => (row.GetInt64(0), row.GetInt64(1), row.GetFieldValue<string[]>(2)), cancellationToken, _config).ConfigureAwait(false);
        foreach (var tenant in tenants)
        {
            Raise(new StoreSignal.ConfigurationChanged(tenant, Keys: false));
        }

        _config = config;
        if (revision > _revision)
        {
            Raise(StoreSignal.DeliveriesChanged.Instance);
            var work = _holdings.Epoch == 0
                ? []
                : await _database.ListAsync(
                    LookForWork, row => new StoreSignal.WorkWaiting(row.GetString(0), row.GetString(1)), cancellationToken, _revision, revision)
                    .ConfigureAwait(false);
            work.Where(signal => _holdings.Owns(signal.WebhookId)).ToList().ForEach(Raise);
            _revision = revision;
        }
    }

    private sealed class Subscription(PostgresSignals signals, Action<StoreSignal> received) : IDisposable
    {
        public Action<StoreSignal> Received => received;

        public void Dispose()
        {
            lock (signals._lock)
            {
                signals._subscribers = signals._subscribers.Remove(this);
            }
        }
    }
}
