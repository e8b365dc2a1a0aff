using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>Opening the database: for a node, for a copy, or to bring its schema up to date.</summary>
internal static class Opening
{
    private const string ApplicationName = "controlplane";
    private const int ConnectSeconds = 5;

    // Every statement here finds its rows by an index, however few rows there are yet and whatever the statistics say.
    internal const string SessionSettings =
        """
        SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off;
        SET plan_cache_mode = force_custom_plan; SET statement_timeout = '30s';
        SET idle_in_transaction_session_timeout = '3s'; SET tcp_user_timeout = '5s'
        """;

    // A copy reads and sorts all there is, and nobody waits for it.
    private const string CopySettings = SessionSettings + "; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0";

    /// <summary>Opens the database for a node, makes a store in it if there is none, and brings an older one up to date.</summary>
    public static Task<Database> OpenAsync(PostgresStorageOptions options, CancellationToken cancellationToken) => OpenAsync(
        options,
        async source =>
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await CopyLock.ThrowIfTakenAsync(connection, cancellationToken).ConfigureAwait(false);
            await PrepareAsync(connection, cancellationToken).ConfigureAwait(false);
            var (id, mark) = await IdentifyAsync(connection, cancellationToken).ConfigureAwait(false);
            return mark is null ? id : throw CopyRefusals.Unfinished("database");
        },
        makesDays: true,
        copies: false,
        cancellationToken);

    /// <summary>Opens the database for a copy, for as long as a connection is open that is locked.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="isTarget">Whether it is to be written to.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<(Database Database, NpgsqlConnection Locked)> OpenCopyAsync(
        PostgresStorageOptions options, bool isTarget, CancellationToken cancellationToken)
    {
        NpgsqlConnection? locked = null;
        try
        {
            var database = await OpenAsync(
                options,
                async source =>
                {
                    locked = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                    return await LockAsync(locked, isTarget, cancellationToken).ConfigureAwait(false);
                },
                isTarget,
                copies: true,
                cancellationToken).ConfigureAwait(false);
            return (database, locked!);
        }
        catch
        {
            if (locked is not null)
            {
                await locked.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>Makes a store in the database if there is none, and brings an older one up to date.</summary>
    public static async Task<SchemaChange> MigrateAsync(PostgresStorageOptions options, CancellationToken cancellationToken)
    {
        SchemaChange? change = null;
        var database = await OpenAsync(
            options,
            async source =>
            {
                await using var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
                change = await PrepareAsync(connection, cancellationToken).ConfigureAwait(false);
                return "";
            },
            makesDays: false,
            copies: false,
            cancellationToken).ConfigureAwait(false);
        await database.DisposeAsync().ConfigureAwait(false);
        return change!;
    }

    private static NpgsqlDataSource CreateSource(string connectionString, bool copies)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        // Not Keepalive: each connection would occupy a thread while it waits for its answer, and when the database does not answer those
        // are more than there are.
        Default(settings, "Tcp Keepalive", () => settings.TcpKeepAlive = true);
        Default(settings, "Tcp Keepalive Time", () => settings.TcpKeepAliveTime = 2);
        Default(settings, "Tcp Keepalive Interval", () => settings.TcpKeepAliveInterval = 1);
        Default(settings, "Max Auto Prepare", () => settings.MaxAutoPrepare = 200);
        Default(settings, "Maximum Pool Size", () => settings.MaxPoolSize = 40);
        Default(settings, "Timeout", () => settings.Timeout = ConnectSeconds);
        Default(settings, "Command Timeout", () => settings.CommandTimeout = 35);
        settings.CommandTimeout = copies ? 0 : settings.CommandTimeout;
        Default(settings, "Cancellation Timeout", () => settings.CancellationTimeout = 2_000);
        Default(settings, "Application Name", () => settings.ApplicationName = ApplicationName);
        Default(settings, "No Reset On Close", () => settings.NoResetOnClose = true);
        var session = copies ? CopySettings : SessionSettings;
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.UsePhysicalConnectionInitializer(
            connection =>
            {
                using var command = new NpgsqlCommand(session, connection);
                command.ExecuteNonQuery();
            },
            async connection =>
            {
                await using var command = new NpgsqlCommand(session, connection);
                await command.ExecuteNonQueryAsync().ConfigureAwait(false);
            });
        return builder.Build();
    }

    /// <summary>Connections on which nothing is asked, so that it has to be found out whether they still lead anywhere.</summary>
    private static NpgsqlDataSource CreateListening(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false };
        Default(settings, "Timeout", () => settings.Timeout = ConnectSeconds);
        Default(settings, "Keepalive", () => settings.KeepAlive = 2);
        Default(settings, "Application Name", () => settings.ApplicationName = ApplicationName);
        return NpgsqlDataSource.Create(settings);
    }

    private static void Default(NpgsqlConnectionStringBuilder settings, string name, Action set)
    {
        if (!settings.ShouldSerialize(name))
        {
            set();
        }
    }

    private static async Task<Database> OpenAsync(
        PostgresStorageOptions options, Func<NpgsqlDataSource, Task<string>> identify, bool makesDays, bool copies, CancellationToken cancellationToken)
    {
        NpgsqlDataSource source;
        try
        {
            source = CreateSource(options.ConnectionString, copies);
        }
        catch (ArgumentException exception)
        {
            throw new StorageOpenException($"The connection string cannot be read: {exception.Message}", exception);
        }

        try
        {
            var id = await identify(source).ConfigureAwait(false);
            var database = new Database(source, CreateListening(options.ConnectionString), options, id);
            if (makesDays)
            {
                var now = await database.ReadNowAsync(cancellationToken).ConfigureAwait(false);
                await database.Partitions.EnsureAsync(Days.Of(now), cancellationToken).ConfigureAwait(false);
            }

            return database;
        }
        catch (Exception exception)
        {
            await source.DisposeAsync().ConfigureAwait(false);
            throw exception is NpgsqlException || Faults.IsOutage(exception)
                ? new StorageOpenException($"The database cannot be opened: {exception.Message}", exception)
                : exception;
        }
    }

    private static async Task<(string StoreId, string? CopyMark)> IdentifyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var script = new Script(connection).Add("SELECT store_id, copy_mark FROM store");
        return (await script.ListAsync(row => (row.GetString(0), row.TextOrNull(1)), cancellationToken).ConfigureAwait(false))[0];
    }

    private static async Task<SchemaChange> PrepareAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
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

        return await Migrations.ApplyAsync(connection, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<string> LockAsync(NpgsqlConnection connection, bool isTarget, CancellationToken cancellationToken)
    {
        if (isTarget)
        {
            await PrepareAsync(connection, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await Migrations.CheckAsync(connection, cancellationToken).ConfigureAwait(false);
        }

        await CopyLock.TakeAsync(connection, cancellationToken).ConfigureAwait(false);
        var (id, mark) = await IdentifyAsync(connection, cancellationToken).ConfigureAwait(false);
        return isTarget || mark is null ? id : throw CopyRefusals.Unfinished("database");
    }
}
