using ControlPlane.Benchmarks.Reporting;
using ControlPlane.Storage;
using ControlPlane.Storage.LiteDb;
using ControlPlane.Storage.Sqlite;

namespace ControlPlane.Benchmarks.Filling;

/// <summary>
/// Fills a store in a file by the engine's own operations: each event is appended with its deliveries leased, and each delivery completed,
/// as sending them would have done.
/// </summary>
internal sealed class StoreFiller : IStoreFiller
{
    private const string Owner = "filler";
    private const int OpenBatches = 8;

    private static ReadOnlySpan<byte> SqliteMark => "SQLite format 3\0"u8;

    private readonly StorageEngine _store;
    private readonly PastClock _clock;
    private readonly IdSource _ids = new(TimeProvider.System);
    private readonly Queue<Task> _completing = new();
    private readonly Dictionary<string, long> _versions = [];

    private StoreFiller(StorageEngine store, PastClock clock) => (_store, _clock) = (store, clock);

    public static async Task<StoreFiller> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var clock = new PastClock();
        return new(
            IsSqlite(path)
                ? await SqliteStorage.OpenAsync(new SqliteStorageOptions { Path = path, TimeProvider = clock }, cancellationToken)
                : await LiteDbStorage.OpenAsync(new LiteDbStorageOptions { Path = path, TimeProvider = clock }, cancellationToken),
            clock);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> AddAsync(
        string tenantId, IReadOnlyList<PastEvent> events, CancellationToken cancellationToken)
    {
        var request = new AppendRequest(
            tenantId,
            await GetVersionAsync(tenantId, cancellationToken),
            [.. events.Select(each => Create(tenantId, each))],
            Owner,
            TimeSpan.FromHours(1));
        _clock.Now = events[^1].Time + PastOutcome.AttemptDuration;
        if (await _store.Events.AppendAsync(request, cancellationToken) is not AppendResult.Appended appended)
        {
            throw new BenchmarkException("The store does not take the events.");
        }

        // Some batches complete while the next ones are appended, so that many operations share a commit.
        _completing.Enqueue(CompleteAsync(appended, events, cancellationToken));
        if (_completing.Count > OpenBatches)
        {
            await _completing.Dequeue();
        }

        return [.. appended.Events.Select(each => each.Event.Id)];
    }

    /// <summary>Waits until everything added is as it shall be, and closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_completing);
        await _store.DisposeAsync();
    }

    /// <summary>Whether the server that made the store did so with SQLite.</summary>
    private static bool IsSqlite(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> first = stackalloc byte[SqliteMark.Length];
        return file.ReadAtLeast(first, first.Length, throwOnEndOfStream: false) == first.Length && first.SequenceEqual(SqliteMark);
    }

    private NewEvent Create(string tenantId, PastEvent past) => new(
        new EventRecord
        {
            Id = _ids.Next("evt_"),
            TenantId = tenantId,
            Type = past.Type,
            Instance = past.Instance,
            Payload = past.Payload,
            CreateTime = past.Time,
        },
        [.. past.Deliveries.Select(each => new NewDelivery(_ids.Next("dlv_"), each.WebhookId, DeliveryTrigger.Publish, Leased: true))],
        Fingerprint: null);

    private async Task CompleteAsync(
        AppendResult.Appended appended, IReadOnlyList<PastEvent> events, CancellationToken cancellationToken)
    {
        List<Task<Completed?>> completions = [];
        foreach (var (stored, past) in appended.Events.Zip(events))
        {
            foreach (var (delivery, end) in stored.Deliveries.Zip(past.Deliveries))
            {
                completions.Add(_store.Queue.CompleteAsync(PastOutcome.Of(delivery, end, _clock.GetStoreNow()), cancellationToken));
            }
        }

        if ((await Task.WhenAll(completions)).Any(completed => completed is null))
        {
            throw new BenchmarkException("The store does not take the completions.");
        }
    }

    private async Task<long> GetVersionAsync(string tenantId, CancellationToken cancellationToken)
    {
        if (!_versions.TryGetValue(tenantId, out var version))
        {
            var tenant = await _store.Webhooks.LoadTenantAsync(tenantId, cancellationToken)
                ?? throw new BenchmarkException($"There is no tenant {tenantId}.");
            _versions[tenantId] = version = tenant.ConfigVersion;
        }

        return version;
    }
}
