namespace ControlPlane.Storage.Postgres;

/// <summary>The engine for any number of nodes: a PostgreSQL database that all of them have open.</summary>
public static class PostgresStorage
{
    /// <summary>The engine's name in configuration.</summary>
    public const string Provider = "postgres";

    /// <summary>Opens the store, makes it if there is none, and brings an older one up to date.</summary>
    /// <exception cref="StorageOpenException">
    /// The database cannot be reached, is older than PostgreSQL 15, would lose what was acknowledged, or was written by a newer version.
    /// </exception>
    public static async Task<StorageEngine> OpenAsync(PostgresStorageOptions options, CancellationToken cancellationToken = default)
    {
        var database = await Opening.OpenAsync(options, cancellationToken).ConfigureAwait(false);
        try
        {
            var now = await database.ReadNowAsync(cancellationToken).ConfigureAwait(false);
            var tenant = new TenantRecord { Id = TenantRecord.DefaultId, CreateTime = now, UpdateTime = now };
            await database.ListAsync(TenantRows.Insert, row => row.GetInt64(0), cancellationToken, TenantRows.ValuesOf(tenant)).ConfigureAwait(false);
            var counters = await database.FindAsync(
                "SELECT revision, config_seq FROM store", row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken).ConfigureAwait(false);
            return CreateEngine(database, counters);
        }
        catch
        {
            await database.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Opens a store to be copied; nothing of it is changed.</summary>
    /// <exception cref="StorageOpenException">There is no store of this version's format, it is an unfinished copy, or nodes are running.</exception>
    public static async Task<ICopySource> OpenSourceAsync(PostgresStorageOptions options, CancellationToken cancellationToken = default) =>
        await OpenCopyAsync(options, isTarget: false, cancellationToken).ConfigureAwait(false);

    /// <summary>Opens a store to be copied into, and makes it if there is none.</summary>
    /// <exception cref="StorageOpenException">As <see cref="OpenAsync"/>, or nodes are running.</exception>
    public static async Task<ICopyTarget> OpenTargetAsync(PostgresStorageOptions options, CancellationToken cancellationToken = default) =>
        await OpenCopyAsync(options, isTarget: true, cancellationToken).ConfigureAwait(false);

    /// <summary>Makes a store in the database if there is none, and brings an older one up to date. Others may do so at the same time.</summary>
    /// <exception cref="StorageOpenException">As <see cref="OpenAsync"/>.</exception>
    public static Task<SchemaChange> MigrateAsync(PostgresStorageOptions options, CancellationToken cancellationToken = default) =>
        Opening.MigrateAsync(options, cancellationToken);

    private static async Task<PostgresCopy> OpenCopyAsync(PostgresStorageOptions options, bool isTarget, CancellationToken cancellationToken)
    {
        var (database, locked) = await Opening.OpenCopyAsync(options, isTarget, cancellationToken).ConfigureAwait(false);
        return new PostgresCopy(database, locked);
    }

    private static StorageEngine CreateEngine(Database database, (long Revision, long Config) counters)
    {
        var holdings = new Holdings();
        var transactions = new Transactions(database, holdings);
        var batcher = new Batcher(transactions, workers: 2);
        var listener = new Listener(database);
        var webhooks = new WebhookRefs(database);
        var places = new DeliveryPlaces(database);
        var appends = new Appends(webhooks);
        var holds = new ChangeHolds(database);
        var shares = new Shares(transactions);
        var membership = new Membership(transactions, shares, listener);
        var ownership = new PostgresOwnership(transactions, membership, shares);
        var signals = new PostgresSignals(database, transactions, listener, counters);
        var queue = new PostgresDeliveryQueue(
            batcher, new Claims(database, batcher, holdings, webhooks, places), new CompletionWrites(transactions, places, appends, holds), places,
            new WaitingWebhooks(database, holdings), new Backlogs(database, transactions));
        var doubts = new Doubts(transactions, queue, signals);
        var closed = new Lazy<Task>(() => CloseAsync(database, batcher, membership, listener, doubts));
        return new StorageEngine
        {
            Provider = Provider,
            StoreId = database.StoreId,
            Events = new PostgresEventStore(database, batcher, appends, places, holds),
            Queue = queue,
            Deliveries = new PostgresDeliveryStore(transactions, places),
            Stats = new PostgresStatsStore(database),
            Redrives = new PostgresRedriveStore(transactions),
            Replays = new PostgresReplayStore(transactions, webhooks, appends),
            Erasures = new PostgresErasureStore(transactions),
            Webhooks = new PostgresWebhookStore(transactions, appends),
            EventTypes = new PostgresEventTypeStore(transactions),
            Access = new PostgresAccessStore(transactions),
            Audit = new PostgresAuditStore(database),
            Changes = new PostgresChangeFeed(database),
            Signals = signals,
            Maintenance = new PostgresMaintenance(transactions, ownership),
            Ownership = ownership,
            Capabilities = new() { Instead = "Use the tools of PostgreSQL: pg_dump or base backups, and amcheck." },
            Close = () => new ValueTask(closed.Value),
        };
    }

    /// <summary>Finishes what was handed in. A node that did not leave is taken over from when its lease ends.</summary>
    private static async Task CloseAsync(Database database, Batcher batcher, Membership membership, Listener listener, Doubts doubts)
    {
        await doubts.DisposeAsync().ConfigureAwait(false);
        await membership.DisposeAsync().ConfigureAwait(false);
        await listener.DisposeAsync().ConfigureAwait(false);
        await database.DrainAsync().ConfigureAwait(false);
        await batcher.StopAsync().ConfigureAwait(false);
        await database.DisposeAsync().ConfigureAwait(false);
    }
}
