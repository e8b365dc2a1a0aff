using ControlPlane.Server.Catalog;
using ControlPlane.Storage;
using ControlPlane.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace ControlPlane.Server.Tests.Catalog;

/// <summary>What another node changed, while the store can be read and while it cannot. Each change is signalled once.</summary>
public sealed class CatalogUpdatesTests : IAsyncLifetime
{
    private readonly TestStore _stored = new();
    private readonly TestClock _clock = new();
    private readonly FakeSignals _signals = new();
    private StorageEngine _store = null!;
    private WebhookStoreSeam _seam = null!;
    private WebhookCatalog _catalog = null!;
    private CatalogUpdates _updates = null!;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = _stored.Open();
        _seam = new WebhookStoreSeam(_store.Webhooks);
        _catalog = new WebhookCatalog(_seam);
        _updates = new CatalogUpdates(_catalog, _signals, _clock, NullLogger<CatalogUpdates>.Instance);
        await _updates.StartAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _updates.StopAsync(Cancel);
        _updates.Dispose();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Change_StoreCannotBeRead_IsReadUntilItCan()
    {
        await _catalog.GetAsync(TenantRecord.DefaultId, Cancel);
        var reads = 0;
        _seam.AfterLoad = () => ++reads < 10 ? throw new StorageUnavailableException("The database cannot be reached.") : Task.CompletedTask;
        await _store.Webhooks.CreateAsync(Records.Webhook("wh_1"), Cancel);

        Signal(TenantRecord.DefaultId);

        await UntilHeldAsync(TenantRecord.DefaultId, "wh_1");
        Assert.Equal(10, reads);
    }

    [Fact]
    public async Task Change_OfATenantThatCannotBeRead_HoldsUpNoOther()
    {
        await CreateTenantAsync("ten_2");
        await _catalog.GetAsync(TenantRecord.DefaultId, Cancel);
        await _catalog.GetAsync("ten_2", Cancel);
        var reads = 0;
        _seam.AfterLoad = () => ++reads == 1 ? throw new InvalidOperationException("A row that cannot be read.") : Task.CompletedTask;
        await _store.Webhooks.CreateAsync(Records.Webhook("wh_1"), Cancel);
        await _store.Webhooks.CreateAsync(Records.Webhook("wh_2") with { TenantId = "ten_2" }, Cancel);

        Signal(TenantRecord.DefaultId, "ten_2");

        await UntilHeldAsync("ten_2", "wh_2");
        await UntilHeldAsync(TenantRecord.DefaultId, "wh_1");
    }

    [Fact]
    public async Task Changes_MoreThanAreNoted_AreAllRead()
    {
        await _catalog.GetAsync(TenantRecord.DefaultId, Cancel);
        var held = new TaskCompletionSource();
        var reading = new TaskCompletionSource();
        _seam.AfterLoad = () =>
        {
            reading.TrySetResult();
            return held.Task;
        };
        await _store.Webhooks.CreateAsync(Records.Webhook("wh_1"), Cancel);
        Signal(TenantRecord.DefaultId);
        await reading.Task.WaitAsync(Cancel);
        await _store.Webhooks.CreateAsync(Records.Webhook("wh_2"), Cancel);

        Signal([.. Enumerable.Range(0, 2_000).Select(i => $"ten_{i}"), TenantRecord.DefaultId]);
        held.SetResult();

        await UntilHeldAsync(TenantRecord.DefaultId, "wh_2");
    }

    [Fact]
    public async Task Change_WhileTheTenantIsReadForTheFirstTime_IsRead()
    {
        var held = new TaskCompletionSource();
        var reading = new TaskCompletionSource();
        var reads = 0;
        _seam.AfterLoad = () =>
        {
            reading.TrySetResult();
            return Interlocked.Increment(ref reads) == 1 ? held.Task : Task.CompletedTask;
        };
        var first = _catalog.GetAsync(TenantRecord.DefaultId, Cancel).AsTask();
        await reading.Task.WaitAsync(Cancel);
        await _store.Webhooks.CreateAsync(Records.Webhook("wh_1"), Cancel);

        Signal(TenantRecord.DefaultId);
        // Whoever heeds the signal reads too, or waits until the first has.
        await Eventually.BecomesAsync(() => Task.FromResult(Volatile.Read(ref reads)), count => count == 2, "the tenant to be read again");
        held.SetResult();

        await first;
        await UntilHeldAsync(TenantRecord.DefaultId, "wh_1");
    }

    private void Signal(params string[] tenantIds)
    {
        foreach (var tenantId in tenantIds)
        {
            _signals.Raise(new StoreSignal.ConfigurationChanged(tenantId, Keys: false));
        }
    }

    private Task<TenantWrite> CreateTenantAsync(string id) => _store.Access.CreateTenantAsync(new() { Id = id }, Cancel);

    /// <summary>Moves the clock whenever somebody waits for it.</summary>
    private async Task UntilHeldAsync(string tenantId, string webhookId)
    {
        for (var started = TimeProvider.System.GetTimestamp(); (await _catalog.GetAsync(tenantId, Cancel))?.Find(webhookId) is null;)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Limit, $"{webhookId} was not read.");
            if (_clock.IsAwaited)
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Cancel);
        }
    }
}
