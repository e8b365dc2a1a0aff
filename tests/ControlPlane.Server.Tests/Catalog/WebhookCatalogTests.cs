using ControlPlane.Server.Catalog;
using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Catalog;

public sealed class WebhookCatalogTests : IAsyncLifetime
{
    private const string Tenant = TenantRecord.DefaultId;
    private readonly TestStore _stored = new();
    private readonly List<string> _changed = [];
    private StorageEngine _store = null!;
    private WebhookStoreSeam _seam = null!;
    private WebhookCatalog _catalog = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = _stored.Open();
        _seam = new WebhookStoreSeam(_store.Webhooks);
        _catalog = new WebhookCatalog(_seam);
        _catalog.Changed += (_, webhookId) => _changed.Add(webhookId);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Try_AlwaysOutOfDate_EndsAfterTenTries()
    {
        var fresh = new List<bool>();
        await Assert.ThrowsAsync<ConfigurationContendedException>(() => _catalog.TryAsync<string>(
            Tenant,
            (_, isFresh) =>
            {
                fresh.Add(isFresh);
                return Task.FromResult<string?>(null);
            },
            Cancel));
        Assert.Equal([false, .. Enumerable.Repeat(true, 9)], fresh);
    }

    [Fact]
    public async Task Try_OutOfDateOnce_GetsWhatWasStoredInBetween()
    {
        await _catalog.GetAsync(Tenant, Cancel);
        var written = await CreateAsync("wh_1");
        var found = await _catalog.TryAsync(
            Tenant, (tenant, _) => Task.FromResult(tenant.ConfigVersion == written.ConfigVersion ? tenant.Find("wh_1")?.Id : null), Cancel);
        Assert.Equal("wh_1", found);
    }

    [Fact]
    public async Task Get_ManyAtOnce_LoadTwiceAtMost()
    {
        await CreateAsync("wh_1");
        _catalog = new WebhookCatalog(_seam);
        var loads = 0;
        var release = new TaskCompletionSource();
        _seam.AfterLoad = () =>
        {
            Interlocked.Increment(ref loads);
            return release.Task;
        };
        var reads = Enumerable.Range(0, 30).Select(_ => _catalog.RefreshAsync(Tenant, Cancel)).ToArray();
        release.SetResult();
        Assert.All(await Task.WhenAll(reads), tenant => Assert.Equal(1, tenant!.WebhookCount));
        Assert.InRange(loads, 1, 2);
    }

    [Fact]
    public async Task Try_UnknownTenant_IsNull() =>
        Assert.Null(await _catalog.TryAsync("nobody", (_, _) => Task.FromResult<string?>("done"), Cancel));

    [Fact]
    public async Task Get_UnknownTenant_IsNull() => Assert.Null(await _catalog.GetAsync("nobody", Cancel));

    [Fact]
    public async Task Find_StoredBefore_IsLoaded()
    {
        await CreateAsync("wh_1");
        Assert.Equal("wh_1", (await FindAsync("wh_1"))?.Id);
        Assert.Null(await FindAsync("wh_2"));
    }

    [Fact]
    public async Task Apply_InOrder_ContinuesThePictureWithoutReading()
    {
        await _catalog.GetAsync(Tenant, Cancel);
        _seam.AfterLoad = () => throw new InvalidOperationException("was read again");
        Apply(await CreateAsync("wh_1"));
        var second = await CreateAsync("wh_2");
        Apply(second);
        Assert.NotNull(await FindAsync("wh_1"));
        Assert.Equal(second.ConfigVersion, (await _catalog.GetAsync(Tenant, Cancel))!.ConfigVersion);
        Assert.Equal(["wh_1", "wh_2"], _changed);
    }

    [Fact]
    public async Task Apply_OutOfOrder_EndsWithTheLatest()
    {
        await _catalog.GetAsync(Tenant, Cancel);
        var first = await CreateAsync("wh_1");
        var second = await DisableAsync(first.Webhook!);
        Apply(second);
        Apply(first);
        Assert.Equal(WebhookState.Disabled, (await FindAsync("wh_1"))!.State);
    }

    [Fact]
    public async Task Apply_WithAGap_ReadsWhatIsMissing()
    {
        await _catalog.GetAsync(Tenant, Cancel);
        await CreateAsync("wh_1");
        Apply(await CreateAsync("wh_2"));
        Assert.NotNull(await FindAsync("wh_1"));
        Assert.NotNull(await FindAsync("wh_2"));
    }

    [Fact]
    public async Task Remove_Deleted_IsGone()
    {
        Apply(await CreateAsync("wh_1"));
        Assert.NotNull(await FindAsync("wh_1"));
        var write = await _store.Webhooks.DeleteAsync("wh_1", null, Records.Time, Cancel);
        _catalog.Remove(Tenant, "wh_1", write.ConfigVersion);
        Assert.Null(await FindAsync("wh_1"));
    }

    [Fact]
    public async Task Refresh_ChangeAppliedWhileReading_IsNotLost()
    {
        var created = await CreateAsync("wh_1");
        var reads = 0;
        _seam.AfterLoad = async () =>
        {
            if (++reads == 1)
            {
                Apply(await DisableAsync(created.Webhook!));
            }
        };
        Assert.Equal(WebhookState.Disabled, (await FindAsync("wh_1"))!.State);
        Assert.Equal(2, reads);
    }

    [Fact]
    public async Task Refresh_SlowerThanAnother_DoesNotReplaceTheNewerPicture()
    {
        var created = await CreateAsync("wh_1");
        var (began, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        _seam.AfterLoad = async () =>
        {
            began.SetResult();
            await goOn.Task;
        };
        var slow = _catalog.RefreshAsync(Tenant, Cancel);
        await began.Task;
        _seam.AfterLoad = () => Task.CompletedTask;
        await DisableAsync(created.Webhook!);
        await _catalog.RefreshAsync(Tenant, Cancel);
        goOn.SetResult();
        Assert.Equal(WebhookState.Disabled, (await slow)!.Find("wh_1")!.State);
        Assert.Equal(WebhookState.Disabled, (await FindAsync("wh_1"))!.State);
    }

    [Fact]
    public async Task Forget_Tenant_TellsOfItsWebhooks()
    {
        await CreateAsync("wh_1");
        await FindAsync("wh_1");
        _catalog.Forget(Tenant);
        Assert.Equal(["wh_1"], _changed);
    }

    [Fact]
    public async Task Refresh_ConcurrentWithManyChanges_SeesEveryAppliedOne()
    {
        var created = (await CreateAsync("wh_1")).Webhook!;
        using var done = new CancellationTokenSource();
        var refreshing = Task.Run(
            async () =>
            {
                while (!done.IsCancellationRequested)
                {
                    await _catalog.RefreshAsync(Tenant, Cancel);
                }
            },
            Cancel);
        for (var i = 0; i < 50; i++)
        {
            var write = await _store.Webhooks.UpdateAsync(created with { Version = created.Version + 1, Name = $"n{i}" }, Cancel);
            created = write.Webhook!;
            Apply(write);
            Assert.True((await FindAsync("wh_1"))!.Version >= created.Version);
        }

        await done.CancelAsync();
        await refreshing;
    }

    private ValueTask<WebhookRecord?> FindAsync(string id) => _catalog.FindAsync(Tenant, id, Cancel);

    private Task<WebhookWrite> CreateAsync(string id) => _store.Webhooks.CreateAsync(Records.Webhook(id), Cancel);

    private Task<WebhookWrite> DisableAsync(WebhookRecord webhook) => _store.Webhooks.UpdateAsync(
        webhook with { State = WebhookState.Disabled, StateReason = StateReason.User, Version = webhook.Version + 1 }, Cancel);

    private void Apply(WebhookWrite write) => _catalog.Apply(write.Webhook!, write.ConfigVersion);
}
