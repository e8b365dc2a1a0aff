using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>The connections to the database, the clock, and reading.</summary>
internal sealed class Database : IAsyncDisposable
{
    /// <summary>How often a read is begun anew on another connection when its own turns out to be broken.</summary>
    private const int Tries = 3;

    /// <summary>The clock of the database in microseconds.</summary>
    private const string DatabaseClock = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

    // Every statement here finds its rows by an index, however few rows there are yet and whatever the statistics say.
    private const string SessionSettings =
        """
        SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off;
        SET plan_cache_mode = force_custom_plan; SET statement_timeout = '30s';
        SET idle_in_transaction_session_timeout = '3s'; SET tcp_user_timeout = '5s'
        """;

    private readonly InFlight _inFlight = new();
    private readonly TimeProvider? _clock;

    private Database(NpgsqlDataSource source, PostgresStorageOptions options, string storeId)
    {
        Source = source;
        Options = options;
        StoreId = storeId;
        _clock = options.TimeProvider;
        Partitions = new Partitions(source);
    }

    public NpgsqlDataSource Source { get; }

    public PostgresStorageOptions Options { get; }

    public string StoreId { get; }

    /// <summary>Which opened store this is, among all that have the database open.</summary>
    public string EngineId { get; } = Guid.NewGuid().ToString("N")[..12];

    public Partitions Partitions { get; }

    /// <summary>The time by the engine's clock as an expression, to be put into statements.</summary>
    public string Now => _clock is null ? DatabaseClock : _clock.GetStoreNow().ToMicroseconds().ToString(System.Globalization.CultureInfo.InvariantCulture) + "::bigint";

    public static async Task<Database> OpenAsync(PostgresStorageOptions options, CancellationToken cancellationToken)
    {
        NpgsqlDataSource source;
        try
        {
            source = CreateSource(options.ConnectionString);
        }
        catch (ArgumentException exception)
        {
            throw new StorageOpenException($"The connection string cannot be read: {exception.Message}", exception);
        }

        try
        {
            var database = new Database(source, options, await PrepareAsync(source, cancellationToken).ConfigureAwait(false));
            var now = await database.ReadNowAsync(cancellationToken).ConfigureAwait(false);
            await database.Partitions.EnsureAsync(Days.Of(now), cancellationToken).ConfigureAwait(false);
            return database;
        }
        catch (Exception exception)
        {
            await source.DisposeAsync().ConfigureAwait(false);
            throw exception is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException
                ? new StorageOpenException($"The database cannot be opened: {exception.Message}", exception)
                : exception;
        }
    }

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
    }

    private static NpgsqlDataSource CreateSource(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        Default(settings, "Max Auto Prepare", () => settings.MaxAutoPrepare = 200);
        Default(settings, "Maximum Pool Size", () => settings.MaxPoolSize = 40);
        Default(settings, "Timeout", () => settings.Timeout = 5);
        Default(settings, "Command Timeout", () => settings.CommandTimeout = 35);
        Default(settings, "Cancellation Timeout", () => settings.CancellationTimeout = 2_000);
        Default(settings, "Keepalive", () => settings.KeepAlive = 2);
        Default(settings, "Application Name", () => settings.ApplicationName = "controlplane");
        Default(settings, "No Reset On Close", () => settings.NoResetOnClose = true);
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.UsePhysicalConnectionInitializer(
            connection =>
            {
                using var command = new NpgsqlCommand(SessionSettings, connection);
                command.ExecuteNonQuery();
            },
            async connection =>
            {
                await using var command = new NpgsqlCommand(SessionSettings, connection);
                await command.ExecuteNonQueryAsync().ConfigureAwait(false);
            });
        return builder.Build();
    }

    private static void Default(NpgsqlConnectionStringBuilder settings, string name, Action set)
    {
        if (!settings.ShouldSerialize(name))
        {
            set();
        }
    }

    private static async Task<string> PrepareAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        if (connection.PostgreSqlVersion.Major < 15)
        {
            throw new StorageOpenException($"The database is PostgreSQL {connection.PostgreSqlVersion}; 15 or later is needed.");
        }

        await using (var setting = new NpgsqlCommand("SHOW synchronous_commit", connection))
        {
            if ((string?)await setting.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) == "off")
            {
                throw new StorageOpenException(
                    "The database is set to synchronous_commit = off: a crash would lose what was acknowledged. Set it to on.");
            }
        }

        await Migrations.ApplyAsync(connection, cancellationToken).ConfigureAwait(false);
        await using var id = new NpgsqlCommand("SELECT store_id FROM store", connection);
        return (string)(await id.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }
}
