using ControlPlane.Server.Catalog;
using ControlPlane.Server.Watching;
using ControlPlane.Storage;
using ControlPlane.Testing;

namespace ControlPlane.Server.Tests.Watching;

/// <summary>A watch is told which webhooks are not active, then what changes.</summary>
public sealed class WebhookStatesTests : IAsyncLifetime
{
    private readonly TestStore _stored = new();
    private readonly TestClock _clock = new();
    private StorageEngine _store = null!;
    private WebhookCatalog _catalog = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = _stored.Open(_clock);
        _catalog = new WebhookCatalog(_store.Webhooks);
        await _store.Access.CreateTenantAsync(new() { Id = "acme" }, Cancel);
        foreach (var (id, tenant) in new[] { ("wh_1", "default"), ("wh_2", "default"), ("wh_3", "acme") })
        {
            var write = await _store.Webhooks.CreateAsync(Records.Webhook(id) with { TenantId = tenant }, Cancel);
            _catalog.Apply(write.Webhook!, write.ConfigVersion);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Read_First_TellsThoseThatAreNotActive()
    {
        await SetAsync("wh_1", WebhookState.Suspended, StateReason.Gone);
        await SetAsync("wh_3", WebhookState.Disabled, StateReason.User);

        Assert.Equal(["wh_1 Suspended Gone"], await ReadAsync(Watch("default")));
        Assert.Equal(["wh_3 Disabled User", "wh_1 Suspended Gone"], await ReadAsync(Watch(null)));
        Assert.Equal(["wh_1 Suspended Gone"], await ReadAsync(Watch(null, "wh_1")));
        Assert.Empty(await ReadAsync(Watch("default", "wh_2")));
        Assert.Empty(await ReadAsync(Watch("default", "wh_3")));
        Assert.Empty(await ReadAsync(Watch("default", "wh_unknown")));
    }

    [Fact]
    public async Task Read_Later_TellsChangesOfStateOnly()
    {
        using var states = Watch("default");
        Assert.Empty(await ReadAsync(states));
        Assert.False(states.Changed.IsCompleted);

        await SetAsync("wh_1", WebhookState.Suspended, StateReason.AddressBlocked);
        await SetAsync("wh_3", WebhookState.Suspended, StateReason.Gone);
        Assert.True(states.Changed.IsCompleted);
        Assert.Equal(["wh_1 Suspended AddressBlocked"], await ReadAsync(states));
        Assert.False(states.Changed.IsCompleted);

        await SetAsync("wh_1", WebhookState.Suspended, StateReason.AddressBlocked);
        await SetAsync("wh_2", WebhookState.Active, StateReason.None);
        Assert.True(states.Changed.IsCompleted);
        Assert.Empty(await ReadAsync(states));

        await SetAsync("wh_1", WebhookState.Disabled, StateReason.User);
        Assert.Equal(["wh_1 Disabled User"], await ReadAsync(states));
        await SetAsync("wh_1", WebhookState.Active, StateReason.None);
        Assert.Equal(["wh_1 Active None"], await ReadAsync(states));
    }

    [Fact]
    public async Task Read_ManyChangesInBetween_TellsTheLast()
    {
        using var states = Watch("default");
        await SetAsync("wh_1", WebhookState.Disabled, StateReason.User);
        Assert.Equal(["wh_1 Disabled User"], await ReadAsync(states));

        await SetAsync("wh_1", WebhookState.Active, StateReason.None);
        await SetAsync("wh_1", WebhookState.Suspended, StateReason.Gone);
        await SetAsync("wh_2", WebhookState.Suspended, StateReason.Gone);
        await SetAsync("wh_2", WebhookState.Active, StateReason.None);

        Assert.Equal(["wh_1 Suspended Gone"], await ReadAsync(states));
    }

    [Fact]
    public async Task Read_StoreAheadOfTheCatalogue_IsNotTakenBack()
    {
        using var states = Watch("default");
        // Another change, which is applied before the suspension is, though that is stored.
        await SetAsync("wh_1", WebhookState.Active, StateReason.None);
        Assert.Equal(WebhookState.Active, (await _catalog.FindAsync("default", "wh_1", Cancel))!.State);
        var write = await WriteAsync("wh_1", WebhookState.Suspended, StateReason.Gone);

        Assert.Equal(["wh_1 Suspended Gone"], await ReadAsync(states));
        _catalog.Apply(write.Webhook!, write.ConfigVersion);
        Assert.Empty(await ReadAsync(states));
    }

    [Fact]
    public async Task Read_Deleted_IsForgotten()
    {
        using var states = Watch("default");
        await SetAsync("wh_1", WebhookState.Disabled, StateReason.User);
        await ReadAsync(states);
        var write = await _store.Webhooks.DeleteAsync("wh_1", null, _clock.GetStoreNow(), Cancel);
        _catalog.Remove("default", "wh_1", write.ConfigVersion);
        Assert.Empty(await ReadAsync(states));
    }

    [Fact]
    public async Task Disposed_HearsNothing()
    {
        var states = Watch("default");
        await ReadAsync(states);
        states.Dispose();
        await SetAsync("wh_1", WebhookState.Disabled, StateReason.User);
        Assert.False(states.Changed.IsCompleted);
    }

    private static async Task<IReadOnlyList<string>> ReadAsync(WebhookStates states)
    {
        var told = new List<string>();
        await foreach (var webhook in states.ReadAsync(Cancel))
        {
            told.Add($"{webhook.Id} {webhook.State} {webhook.StateReason}");
        }

        return told;
    }

    private WebhookStates Watch(string? tenantId, string? webhookId = null) => new(_catalog, _store.Webhooks, tenantId, webhookId is null ? null : [webhookId]);

    private async Task SetAsync(string id, WebhookState state, StateReason reason)
    {
        var write = await WriteAsync(id, state, reason);
        _catalog.Apply(write.Webhook!, write.ConfigVersion);
    }

    private async Task<WebhookWrite> WriteAsync(string id, WebhookState state, StateReason reason)
    {
        var stored = (await _store.Webhooks.GetAsync(id, Cancel))!;
        return await _store.Webhooks.UpdateAsync(
            stored with { State = state, StateReason = reason, Version = stored.Version + 1 }, Cancel);
    }
}
