using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>The connections to the database, the clock, and reading.</summary>
internal sealed class Database : IAsyncDisposable
{
    /// <summary>How often a read is begun anew on another connection when its own turns out to be broken.</summary>
    private const int Tries = 3;

    /// <summary>The clock of the database in microseconds.</summary>
    private const string DatabaseClock = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

    private readonly InFlight _inFlight = new();
    private readonly TimeProvider? _clock;

    public Database(NpgsqlDataSource source, NpgsqlDataSource listening, PostgresStorageOptions options, string storeId)
    {
        (Source, Listening) = (source, listening);
        Options = options;
        StoreId = storeId;
        _clock = options.TimeProvider;
        Partitions = new Partitions(source);
    }

    public NpgsqlDataSource Source { get; }

    /// <summary>Connections for hearing what is notified.</summary>
    public NpgsqlDataSource Listening { get; }

    public PostgresStorageOptions Options { get; }

    public string StoreId { get; }

    /// <summary>Which opened store this is, among all that have the database open.</summary>
    public string EngineId { get; } = Guid.NewGuid().ToString("N")[..12];

    public Partitions Partitions { get; }

    /// <summary>The time by the engine's clock as an expression, to be put into statements.</summary>
    public string Now => _clock is null ? DatabaseClock : _clock.GetStoreNow().ToMicroseconds().ToString(System.Globalization.CultureInfo.InvariantCulture) + "::bigint";

    /// <summary>Reads, on another connection if the first one turns out to be broken.</summary>
    public async Task<T> ReadAsync<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var use = Enter();
        for (var tried = 1; ; tried++)
        {
            try
            {
                await using var connection = await Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                return await read(connection).ConfigureAwait(false);
            }
            catch (Exception exception) when (tried < Tries && Faults.IsOutage(exception) && !cancellationToken.IsCancellationRequested)
            {
                // A pooled connection that broke while nobody used it.
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                throw Faults.Translate(exception);
            }
        }
    }

    /// <summary>Runs one statement and reads its rows.</summary>
    public Task<List<T>> ListAsync<T>(
        string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params object?[] values) => ReadAsync(
        async connection =>
        {
            await using var script = new Script(connection).Add(sql, values);
            return await script.ListAsync(read, cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>
    /// Runs one statement and reads its rows. Its plan is the same whatever the values are, so it is made once for each connection: with the
    /// tables of many days that takes longer than reading a few rows.
    /// </summary>
    public Task<List<T>> ListPlannedAsync<T>(
        string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params object?[] values) => ReadAsync(
        async connection =>
        {
            await using var script = new Script(connection)
                .Add("BEGIN READ ONLY").Add("SET LOCAL plan_cache_mode = force_generic_plan").Add(sql, values).Add("COMMIT");
            return await script.ListAsync(read, cancellationToken).ConfigureAwait(false);
        },
        cancellationToken);

    /// <summary>Runs one statement and reads its first row; the default if there is none.</summary>
    public async Task<T?> FindAsync<T>(
        string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params object?[] values) =>
        (await ListAsync(sql, read, cancellationToken, values).ConfigureAwait(false)).FirstOrDefault();

    public async Task<DateTimeOffset> ReadNowAsync(CancellationToken cancellationToken) =>
        _clock?.GetStoreNow() ?? await FindAsync("SELECT " + DatabaseClock, row => row.Time(0), cancellationToken).ConfigureAwait(false);

    /// <summary>Counts a use of the store, which closing waits for.</summary>
    /// <exception cref="StorageUnavailableException">The store is closed.</exception>
    public IDisposable Enter() => _inFlight.TryEnter() ?? throw new StorageUnavailableException("The store is closed.");

    /// <summary>Lets nobody begin any more, and waits for those who have.</summary>
    public Task DrainAsync() => _inFlight.CloseAsync();

    public async ValueTask DisposeAsync()
    {
        await DrainAsync().ConfigureAwait(false);
        Partitions.Dispose();
        await Source.DisposeAsync().ConfigureAwait(false);
        await Listening.DisposeAsync().ConfigureAwait(false);
    }
}
