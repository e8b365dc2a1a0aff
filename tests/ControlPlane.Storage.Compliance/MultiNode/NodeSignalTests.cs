using System.Security.Cryptography;

namespace ControlPlane.Storage.Compliance;

/// <summary>What a node hears of the commits of another one. For engines whose store several nodes have open.</summary>
public abstract class NodeSignalTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    private const string Rehearsal = "ten_rehearsal";
    private StorageEngine _other = null!;
    private SignalInbox _signals = null!;

    [Fact]
    public async Task Commit_OfAnotherNode_DeliveriesChangedAndWorkWaiting()
    {
        var webhook = await AddWebhookAsync();
        await PublishAsync(webhook);
        await _signals.NextAsync<StoreSignal.DeliveriesChanged>();
        Assert.Equal(new(webhook.TenantId, webhook.Id), await _signals.NextAsync<StoreSignal.WorkWaiting>());
    }

    [Fact]
    public async Task Commit_Webhook_ConfigurationChanged()
    {
        await AddTenantAsync("ten_1");
        var webhook = await AddWebhookAsync("ten_1");
        await IsChangedAsync("ten_1");
        Assert.Equal(
            WebhookWriteOutcome.Done, (await Store.Webhooks.UpdateAsync(webhook with { Version = webhook.Version + 1 }, Cancel)).Outcome);
        await IsChangedAsync("ten_1");
        Assert.Equal(WebhookWriteOutcome.Done, (await Store.Webhooks.DeleteAsync(webhook.Id, null, Now, Cancel)).Outcome);
        await IsChangedAsync("ten_1");
        Assert.Equal(TenantDelete.Done, await Store.Access.DeleteTenantAsync("ten_1", null, force: false, Now, Cancel));
        await IsChangedAsync("ten_1");
    }

    /// <summary>What a node has in memory of what was erased has to be read again.</summary>
    [Fact]
    public async Task Commit_Erasure_ConfigurationChanged()
    {
        await AddTenantAsync("ten_1");
        await AppendAsync(To(NewEvent(tenant: "ten_1"), false));
        var found = await Store.Erasures.FindAsync(new ErasureWalk("ten_1", 0, null, 10), Cancel);
        Assert.Equal(1, await Store.Erasures.EraseAsync(new Erasure("ten_1", found.Positions, null), Cancel));
        await IsChangedAsync("ten_1");
    }

    [Theory]
    [InlineData(TenantRecord.DefaultId)]
    [InlineData(null)]
    public async Task Commit_Key_ConfigurationChanged(string? tenantId)
    {
        var key = new ApiKeyRecord
        {
            Id = NewId("key_"),
            TenantId = tenantId,
            Hash = new byte[32],
            Scopes = [],
            CreateTime = Now,
        };
        Assert.True(await Store.Access.CreateKeyAsync(key, Cancel));
        await Store.Access.RevokeKeyAsync(key.Id, Now, Cancel);
        var expected = new StoreSignal.ConfigurationChanged(tenantId, Keys: true);
        while (await _signals.NextAsync<StoreSignal.ConfigurationChanged>() != expected)
        {
        }
    }

    protected override async Task PrepareAsync()
    {
        _other = await Source.OpenAsync(Clock);
        _signals = new SignalInbox(_other.Signals);
        await ListensAsync();
    }

    /// <summary>A node may begin to listen a moment after it was opened, and what it does not hear before that is no fault.</summary>
    private async Task ListensAsync()
    {
        await AddTenantAsync(Rehearsal);
        do
        {
            var key = new ApiKeyRecord
            {
                Id = NewId("key_"),
                TenantId = Rehearsal,
                Hash = RandomNumberGenerator.GetBytes(32),
                Scopes = [],
                CreateTime = Now,
            };
            Assert.True(await Store.Access.CreateKeyAsync(key, Cancel));
            await Store.Access.RevokeKeyAsync(key.Id, Now, Cancel);
        }
        while (!await _signals.ComesWithinAsync(TimeSpan.FromMilliseconds(100), signal => signal is StoreSignal.ConfigurationChanged { Keys: true }));
    }

    protected override async ValueTask EndAsync()
    {
        _signals.Dispose();
        await _other.DisposeAsync();
    }

    private async Task IsChangedAsync(string tenantId)
    {
        string? changed;
        do
        {
            changed = (await _signals.NextAsync<StoreSignal.ConfigurationChanged>()).TenantId;
        }
        while (changed == Rehearsal);
        Assert.Equal(tenantId, changed);
    }
}
