using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.Sqlite;

/// <summary>The embedded engine: one SQLite file, owned by one process.</summary>
public static class SqliteStorage
{
    /// <summary>The engine's name in configuration.</summary>
    public const string Provider = "sqlite";

    /// <summary>Opens the store, makes it if there is none, and brings an older one up to date.</summary>
    /// <exception cref="StorageOpenException">
    /// The file cannot be made or read, is not a store, is damaged, was written by a newer version, or has an owner already.
    /// </exception>
    public static async Task<StorageEngine> OpenAsync(SqliteStorageOptions options, CancellationToken cancellationToken = default)
    {
        var database = await Task.Run(() => OpenDatabase(options), cancellationToken).ConfigureAwait(false);
        if (await database.ReadAsync(CopyMarks.Find, cancellationToken).ConfigureAwait(false) is not null)
        {
            await database.DisposeAsync().ConfigureAwait(false);
            throw CopyRefusals.Unfinished($"store '{database.Path}'");
        }

        await SliceRows.AppendsTo(database).FinishAsync(await database.ReadAsync(SliceRows.FindAll, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        return CreateEngine(database);
    }

    /// <summary>Opens a store to be copied; nothing of it is changed.</summary>
    /// <exception cref="StorageOpenException">There is no such store, it cannot be read, is an unfinished copy, is in use, or has another format
    /// than this version.</exception>
    public static Task<ICopySource> OpenSourceAsync(SqliteStorageOptions options, CancellationToken cancellationToken = default) =>
        Task.Run(() => Describing(options, OpenSource), cancellationToken);

    /// <summary>Opens a store to be copied into, and makes it if there is none.</summary>
    /// <exception cref="StorageOpenException">As <see cref="OpenAsync"/>.</exception>
    public static async Task<ICopyTarget> OpenTargetAsync(SqliteStorageOptions options, CancellationToken cancellationToken = default) =>
        new SqliteCopyTarget(await Task.Run(() => OpenDatabase(options), cancellationToken).ConfigureAwait(false));

    internal static StorageEngine CreateEngine(SqliteDatabase database) => new()
    {
        Provider = Provider,
        StoreId = database.StoreId,
        Events = new SqliteEventStore(database, SliceRows.AppendsTo(database)),
        Queue = new SqliteDeliveryQueue(database),
        Deliveries = new SqliteDeliveryStore(database),
        Stats = new SqliteStatsStore(database),
        Redrives = new SqliteRedriveStore(database),
        Replays = new SqliteReplayStore(database),
        Erasures = new SqliteErasureStore(database),
        Webhooks = new SqliteWebhookStore(database),
        EventTypes = new SqliteEventTypeStore(database),
        Access = new SqliteAccessStore(database),
        Audit = new SqliteAuditStore(database),
        Changes = new SqliteChangeFeed(database),
        Signals = database.Signals,
        Maintenance = new SqliteMaintenance(database),
        Ownership = new SqliteOwnership(database),
        Capabilities = new() { Backup = new SqliteBackup(database), Integrity = new SqliteIntegrity(database) },
        Close = database.DisposeAsync,
    };

    internal static SqliteDatabase OpenDatabase(SqliteStorageOptions options) => Describing(options, Open);

    private static T Describing<T>(SqliteStorageOptions options, Func<string, SqliteStorageOptions, T> open)
    {
        var path = Path.GetFullPath(options.Path);
        try
        {
            return open(path, options);
        }
        catch (SqliteException exception) when (exception.IsDamage)
        {
            throw IntegrityCheck.Damaged(path, exception.Message, exception);
        }
        catch (SqliteException exception)
        {
            throw new StorageOpenException($"The store '{path}' cannot be opened: {exception.Message}.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StorageOpenException($"The store '{path}' cannot be opened: {exception.Message}", exception);
        }
    }

    private static SqliteDatabase Open(string path, SqliteStorageOptions options)
    {
        PrivateFiles.CreateDirectory(Path.GetDirectoryName(path)!);
        path = FileIdentity.ResolvePath(path);
        var storeLock = StoreLock.Take(path);
        Connection? writer = null;
        try
        {
            StoreLock.CheckPresence(storeLock, path);
            // SQLite takes an empty file for a new database and gives the files beside it the same permissions.
            PrivateFiles.Create(path);
            IntegrityCheck.CheckLog(path);
            writer = Connection.Open(path, readOnly: false);
            Prepare(writer, path, options.TimeProvider);
            var checkpoints = Connection.Open(path, readOnly: false);
            checkpoints.Execute("PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = FULL;");
            var database = new SqliteDatabase(storeLock, writer, checkpoints, path, CompleteRows, options);
            StoreLock.NotePresence(storeLock, database.StoreId);
            return database;
        }
        catch
        {
            writer?.Dispose();
            storeLock.Dispose();
            throw;
        }
    }

    private static ICopySource OpenSource(string path, SqliteStorageOptions options)
    {
        path = FileIdentity.ResolvePath(path);
        if (!File.Exists(path))
        {
            throw CopyRefusals.Missing(path);
        }

        var storeLock = StoreLock.Take(path);
        Connection? connection = null;
        try
        {
            IntegrityCheck.CheckLog(path);
            connection = Connection.Open(path, readOnly: true);
            var version = Migrations.Check(connection, path);
            if (version < Migrations.Latest)
            {
                throw CopyRefusals.Older($"store '{path}'", version, Migrations.Latest);
            }

            if (SliceRows.FindFirst(connection) is not null)
            {
                throw CopyRefusals.CutOff($"store '{path}'");
            }

            return CopyMarks.Find(connection) is null
                ? new SqliteCopySource(storeLock, connection)
                : throw CopyRefusals.Unfinished($"store '{path}'");
        }
        catch
        {
            connection?.Dispose();
            storeLock.Dispose();
            throw;
        }
    }

    /// <summary>What operations leave for the end of their transaction.</summary>
    private static void CompleteRows(WriteSession session)
    {
        AttemptRows.Flush(session);
        StatsRows.Flush(session);
        WebhookDeliveries.CatchUp(session, SliceRows.FindFirst);
    }

    private static void Prepare(Connection writer, string path, TimeProvider clock)
    {
        var version = Migrations.Check(writer, path);
        if (writer.ReadText("PRAGMA journal_mode = WAL") != "wal")
        {
            throw new StorageOpenException($"The file system of '{path}' does not support write-ahead logging.");
        }

        writer.Execute(
            """
            PRAGMA synchronous = FULL;
            PRAGMA wal_autocheckpoint = 0;
            PRAGMA foreign_keys = ON;
            PRAGMA cache_size = -65536;
            PRAGMA journal_size_limit = 67108864;
            PRAGMA secure_delete = FAST;
            """);
        IntegrityCheck.CheckAtStart(writer, path);
        Migrations.Apply(writer, version);
        // Not before: an index on a large table is sorted in temporary files.
        writer.Execute("PRAGMA temp_store = MEMORY;");
        if (CopyMarks.Find(writer) is null)
        {
            TenantRows.InsertDefault(writer, clock.GetStoreNow());
        }
    }
}
