using System.Security.Cryptography;
using ControlPlane.Storage.Embedded;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>The default engine: a LiteDB file with a log of its own, owned by one process.</summary>
public static class LiteDbStorage
{
    /// <summary>The engine's name in configuration.</summary>
    public const string Provider = "litedb";

    private static readonly BsonValue NoCheckpoints = 0;

    /// <summary>Opens the store, makes it if there is none, and brings an older one up to date.</summary>
    /// <exception cref="StorageOpenException">
    /// The file cannot be made or read, is not a store, is damaged, was written by a newer version, or has an owner already.
    /// </exception>
    public static async Task<StorageEngine> OpenAsync(LiteDbStorageOptions options, CancellationToken cancellationToken = default)
    {
        var database = await OpenUsableAsync(options, cancellationToken).ConfigureAwait(false);
        return CreateEngine(database);
    }

    /// <summary>Opens a store to be copied. What its log has is copied into the data file, as by any start; nothing else is changed.</summary>
    /// <exception cref="StorageOpenException">There is no such store, it is an unfinished copy, or as <see cref="OpenAsync"/>.</exception>
    public static async Task<ICopySource> OpenSourceAsync(LiteDbStorageOptions options, CancellationToken cancellationToken = default) =>
        File.Exists(options.Path)
            ? new LiteDbCopy(await OpenUsableAsync(options, cancellationToken).ConfigureAwait(false))
            : throw CopyRefusals.Missing(Path.GetFullPath(options.Path));

    /// <summary>Opens a store to be copied into, and makes it if there is none.</summary>
    /// <exception cref="StorageOpenException">As <see cref="OpenAsync"/>.</exception>
    public static async Task<ICopyTarget> OpenTargetAsync(LiteDbStorageOptions options, CancellationToken cancellationToken = default) =>
        new LiteDbCopy(await Task.Run(() => OpenDatabase(options), cancellationToken).ConfigureAwait(false));

    private static async Task<LiteDbDatabase> OpenUsableAsync(LiteDbStorageOptions options, CancellationToken cancellationToken)
    {
        var database = await Task.Run(() => OpenDatabase(options), cancellationToken).ConfigureAwait(false);
        if (await database.ReadAsync(CopyMarks.Find, cancellationToken).ConfigureAwait(false) is null)
        {
            await SliceDocuments.AppendsTo(database).FinishAsync(await database.ReadAsync(SliceDocuments.FindAll, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            return database;
        }

        await database.DisposeAsync().ConfigureAwait(false);
        throw CopyRefusals.Unfinished($"store '{database.Path}'");
    }

    internal static StorageEngine CreateEngine(LiteDbDatabase database) => new()
    {
        Provider = Provider,
        StoreId = database.StoreId,
        Events = new LiteDbEventStore(database, SliceDocuments.AppendsTo(database)),
        Queue = new LiteDbDeliveryQueue(database),
        Deliveries = new LiteDbDeliveryStore(database),
        Stats = new LiteDbStatsStore(database),
        Redrives = new LiteDbRedriveStore(database),
        Replays = new LiteDbReplayStore(database),
        Erasures = new LiteDbErasureStore(database),
        Webhooks = new LiteDbWebhookStore(database),
        EventTypes = new LiteDbEventTypeStore(database),
        Access = new LiteDbAccessStore(database),
        Audit = new LiteDbAuditStore(database),
        Changes = new LiteDbChangeFeed(database),
        Signals = database.Signals,
        Maintenance = new LiteDbMaintenance(database),
        Ownership = new LiteDbOwnership(database),
        Capabilities = new() { Backup = new LiteDbBackup(database), Integrity = new LiteDbIntegrity(database) },
        Close = database.DisposeAsync,
    };

    internal static LiteDbDatabase OpenDatabase(LiteDbStorageOptions options)
    {
        var path = Path.GetFullPath(options.Path);
        try
        {
            return Open(options with { Path = path });
        }
        catch (Exception exception) when (exception is DamagedStoreException or LiteException { ErrorCode: LiteException.INVALID_DATAFILE_STATE })
        {
            throw new StorageOpenException(
                $"The store '{path}' is damaged or is no store: {LiteDbFaults.Describe(exception)}. "
                + "Put a backup in its place, without the files '-log' and '-sums' beside it.",
                exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or LiteException)
        {
            throw new StorageOpenException($"The store '{path}' cannot be opened: {LiteDbFaults.Describe(exception)}.", exception);
        }
    }

    private static LiteDbDatabase Open(LiteDbStorageOptions options)
    {
        PrivateFiles.CreateDirectory(Path.GetDirectoryName(options.Path)!);
        options = options with { Path = FileIdentity.ResolvePath(options.Path) };
        var storeLock = StoreLock.Take(options.Path);
        StoreFiles? files = null;
        try
        {
            StoreLock.CheckPresence(storeLock, options.Path);
            if (storeLock.Length == 0)
            {
                StoreFile.ClearUnfinished(options.Path);
            }

            StoreFile.Check(options.Path);
            files = StoreFiles.Open(options.Path, options.OpenFile, isNew: storeLock.Length == 0);
            Prepare(files, options);
            var database = new LiteDbDatabase(storeLock, files, CompleteDocuments, options);
            StoreLock.NotePresence(storeLock, database.StoreId);
            return database;
        }
        catch
        {
            files?.Dispose();
            storeLock.Dispose();
            throw;
        }
    }

    /// <summary>What operations leave for the end of their transaction.</summary>
    private static void CompleteDocuments(WriteSession session)
    {
        ref var counters = ref session.Counters;
        counters.EventsListedTo = Listing.Events.Write(
            session.Stored, session.Stored.Recent.Events, counters.EventSeq, isWhole: _ => true);
        // What is listed has no gaps that are filled later.
        counters.DeliveriesListedTo = Listing.Deliveries.Write(
            session.Stored, session.Stored.Recent.Deliveries, counters.DeliverySeq, isWhole: documents => !SliceDocuments.Any(documents));
    }

    private static void Prepare(StoreFiles files, LiteDbStorageOptions options)
    {
        var documents = files.Documents;
        if (StoreIdentity.Find(documents) is not { } identity)
        {
            if (documents.Engine.GetCollectionNames().Any())
            {
                throw new StorageOpenException($"'{options.Path}' is a database of another program.");
            }

            Create(files, options.TimeProvider);
        }
        else if (identity.Format is < StoreIdentity.Earliest or > StoreIdentity.Latest)
        {
            throw new StorageOpenException(
                $"The store '{options.Path}' was written by {(identity.Format > StoreIdentity.Latest ? "a newer" : "an unreleased")} version: "
                + $"its format is {identity.Format}, this version knows {StoreIdentity.Latest}.");
        }
        else
        {
            Upgrade(files, identity);
        }
    }

    /// <summary>Adds to a store of an earlier format what is looked for in it. What else changed comes with what is written.</summary>
    private static void Upgrade(StoreFiles files, StoreIdentity identity)
    {
        var documents = files.Documents;
        if (!documents.Engine.GetCollectionNames().Contains(Collections.Audit))
        {
            documents.EnsureKeys(Collections.Audit);
            files.Log.Sync();
        }

        if (identity.Format < StoreIdentity.ValidKeys)
        {
            // With the format in one transaction: a version that does not keep the keys does not open the store any more.
            documents.Engine.BeginTrans();
            KeyDocuments.SetAllValid(documents);
            documents.Update(Collections.Meta, [Counters.Load(documents).ToDocument(identity with { Format = StoreIdentity.Latest })]);
            documents.Engine.Commit();
            files.Log.Sync();
        }
    }

    /// <summary>Makes everything in one transaction, so that there is a whole store or none.</summary>
    private static void Create(StoreFiles files, TimeProvider clock)
    {
        var documents = files.Documents;
        documents.Engine.Pragma("CHECKPOINT", NoCheckpoints);
        documents.Engine.BeginTrans();
        foreach (var collection in Collections.WithKeys)
        {
            documents.EnsureKeys(collection);
        }

        var identity = new StoreIdentity(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)), StoreIdentity.Latest);
        var counters = new Counters { Seq = 1 };
        documents.Insert(Collections.Meta, [counters.ToDocument(identity)]);
        TenantDocuments.InsertDefault(documents, clock.GetStoreNow());
        documents.Engine.Commit();
        files.Log.Sync();
        files.Checkpoint();
    }
}
