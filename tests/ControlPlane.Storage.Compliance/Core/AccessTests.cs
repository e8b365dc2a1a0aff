using System.Security.Cryptography;

namespace ControlPlane.Storage.Compliance;

/// <summary>Tenants and API keys.</summary>
public abstract class AccessTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    private IAccessStore Access => Store.Access;

    private TenantRecord NewTenant(string id) => new()
    {
        Id = id,
        Name = "Acme",
        Labels = new Dictionary<string, string> { ["plan"] = "x" },
        CreateTime = Now,
        UpdateTime = Now,
    };

    private ApiKeyRecord NewKey(string? tenant) => new()
    {
        Id = NewId("key_"),
        TenantId = tenant,
        Hash = RandomNumberGenerator.GetBytes(32),
        Name = "ci",
        Scopes = ["events.publish", "events.read"],
        CreateTime = Now,
        ExpireTime = Now.AddDays(1),
    };

    private Task<ApiKeyRecord> AddKeyAsync(string? tenant) => StoreAsync(NewKey(tenant));

    private Task<TenantDelete> DeleteAsync(string id, long? version = null, bool force = false) =>
        Access.DeleteTenantAsync(id, version, force, Now, Cancel);

    [Fact]
    public async Task NewStore_HasTheDefaultTenantAndAnIdOfItsOwn()
    {
        Assert.Equal(Now, (await Access.GetTenantAsync(TenantRecord.DefaultId, Cancel))!.CreateTime);
        Assert.Matches("^[0-9a-f]{16}$", Store.StoreId);
        var id = Store.StoreId;
        await ReopenAsync();
        Assert.Equal(id, Store.StoreId);
        Assert.Single((await Access.ListTenantsAsync(null, 10, Cancel)).Items);
        Assert.False(await Access.HasPlatformKeyAsync(Cancel));
    }

    [Fact]
    public async Task Tenant_Created_ReadsBackEqualOnce()
    {
        var tenant = NewTenant("ten_1");

        Assert.Equal(TenantWrite.Done, await Access.CreateTenantAsync(tenant, Cancel));
        Assert.Equal(TenantWrite.IdTaken, await Access.CreateTenantAsync(tenant with { Name = "again" }, Cancel));

        Assert.Equivalent(tenant, await Access.GetTenantAsync("ten_1", Cancel), strict: true);
        Assert.Null(await Access.GetTenantAsync("nobody", Cancel));
    }

    [Fact]
    public async Task Tenant_Updated_OnlyFromTheVersionBefore()
    {
        await Access.CreateTenantAsync(NewTenant("ten_1"), Cancel);
        var changed = NewTenant("ten_1") with { Name = "New", Version = 2, Labels = new Dictionary<string, string>() };

        Assert.Equal(TenantWrite.VersionMismatch, await Access.UpdateTenantAsync(changed with { Version = 3 }, Cancel));
        Assert.Equal(TenantWrite.Done, await Access.UpdateTenantAsync(changed, Cancel));
        Assert.Equal(TenantWrite.VersionMismatch, await Access.UpdateTenantAsync(changed, Cancel));
        Assert.Equal(TenantWrite.VersionMismatch, await Access.UpdateTenantAsync(changed with { Id = "nobody" }, Cancel));

        Assert.Equivalent(changed, await Access.GetTenantAsync("ten_1", Cancel), strict: true);
    }

    [Fact]
    public async Task ExternalId_BelongsToOneTenant()
    {
        var first = NewTenant("ten_1") with { ExternalId = "a.B-1" };
        Assert.Equal(TenantWrite.Done, await Access.CreateTenantAsync(first, Cancel));
        Assert.Equal(TenantWrite.IdTaken, await Access.CreateTenantAsync(first, Cancel));
        Assert.Equal(TenantWrite.ExternalIdTaken, await Access.CreateTenantAsync(NewTenant("ten_2") with { ExternalId = "a.B-1" }, Cancel));
        Assert.Null(await Access.GetTenantAsync("ten_2", Cancel));
        await AddTenantAsync("ten_2");
        await AddTenantAsync("ten_3");
        var second = (await Access.GetTenantAsync("ten_2", Cancel))!;
        Assert.Equal("", second.ExternalId);

        Assert.Equal(TenantWrite.VersionMismatch, await Access.UpdateTenantAsync(second with { ExternalId = "a.B-1", Version = 3 }, Cancel));
        Assert.Equal(TenantWrite.ExternalIdTaken, await Access.UpdateTenantAsync(second with { ExternalId = "a.B-1", Version = 2 }, Cancel));
        Assert.Equal(TenantWrite.Done, await Access.UpdateTenantAsync(first with { Name = "same", Version = 2 }, Cancel));
        Assert.Equal(TenantWrite.Done, await Access.UpdateTenantAsync(second with { ExternalId = "A.b-1", Version = 2 }, Cancel));

        Assert.Equal("ten_1", (await Access.FindTenantAsync("a.B-1", Cancel))!.Id);
        Assert.Equal("ten_2", (await Access.FindTenantAsync("A.b-1", Cancel))!.Id);
        Assert.Null(await Access.FindTenantAsync("a.b-1", Cancel));
    }

    [Fact]
    public async Task ExternalId_GivenUp_IsFree()
    {
        var first = NewTenant("ten_1") with { ExternalId = "one" };
        await Access.CreateTenantAsync(first, Cancel);
        await Access.CreateTenantAsync(NewTenant("ten_2") with { ExternalId = "two" }, Cancel);
        Assert.Equal(TenantWrite.Done, await Access.UpdateTenantAsync(first with { ExternalId = "", Version = 2 }, Cancel));
        await DeleteAsync("ten_2");

        Assert.Null(await Access.FindTenantAsync("one", Cancel));
        Assert.Null(await Access.FindTenantAsync("two", Cancel));
        Assert.Equal(TenantWrite.Done, await Access.CreateTenantAsync(NewTenant("ten_3") with { ExternalId = "two" }, Cancel));
        await ReopenAsync();
        Assert.Equal("ten_3", (await Access.FindTenantAsync("two", Cancel))!.Id);
    }

    [Fact]
    public async Task Tenants_Listed_NewestFirst()
    {
        for (var i = 0; i < 5; i++)
        {
            await AddTenantAsync($"ten_{i}");
        }

        var read = await ReadAllAsync(position => Access.ListTenantsAsync(position, 2, Cancel));

        Assert.Equal(["ten_4", "ten_3", "ten_2", "ten_1", "ten_0", "default"], read.Select(t => t.Id));
    }

    [Fact]
    public async Task DeleteTenant_WithWebhooks_NeedsForce()
    {
        await AddTenantAsync("ten_1");
        var webhook = await AddWebhookAsync("ten_1");

        Assert.Equal(TenantDelete.NotEmpty, await DeleteAsync("ten_1"));
        Assert.Equal(TenantDelete.VersionMismatch, await DeleteAsync("ten_1", version: 2, force: true));
        Assert.NotNull(await Store.Webhooks.GetAsync(webhook.Id, Cancel));
        Assert.Equal(TenantDelete.Done, await DeleteAsync("ten_1", version: 1, force: true));
        Assert.Equal(TenantDelete.NotFound, await DeleteAsync("ten_1"));
        Assert.Equal(TenantDelete.NotFound, await DeleteAsync("nobody"));
    }

    [Fact]
    public async Task DeleteTenant_Forced_TakesWebhooksAndKeysAlong()
    {
        await AddTenantAsync("ten_1");
        var webhook = await AddWebhookAsync("ten_1");
        var kept = await AddWebhookAsync();
        var key = await AddKeyAsync("ten_1");
        var delivery = await PublishAsync(webhook);
        var version = await ReadConfigVersionAsync("ten_1");

        await DeleteAsync("ten_1", force: true);

        Assert.Null(await Access.GetTenantAsync("ten_1", Cancel));
        Assert.Equal(["default"], (await Access.ListTenantsAsync(null, 10, Cancel)).Items.Select(t => t.Id));
        Assert.Null(await Store.Webhooks.LoadTenantAsync("ten_1", Cancel));
        Assert.Null(await Store.Webhooks.GetAsync(webhook.Id, Cancel));
        Assert.NotNull(await Store.Webhooks.GetAsync(kept.Id, Cancel));
        Assert.Equal(Now, (await Access.GetKeyAsync(key.Id, Cancel))!.RevokeTime);
        Assert.Equal(
            WebhookWriteOutcome.TenantNotFound,
            (await Store.Webhooks.CreateAsync(NewWebhook("ten_1"), Cancel)).Outcome);
        Assert.IsType<AppendResult.TenantNotFound>(await Store.Events.AppendAsync(
            new AppendRequest("ten_1", version, [To(NewEvent(tenant: "ten_1"), false)], Owner, TimeSpan.Zero), Cancel));
        Assert.False(await Access.CreateKeyAsync(NewKey("ten_1"), Cancel));
        Assert.Equal(TenantWrite.IdTaken, await Access.CreateTenantAsync(NewTenant("ten_1"), Cancel));
        Assert.Equal(TenantWrite.VersionMismatch, await Access.UpdateTenantAsync(NewTenant("ten_1") with { Version = 2 }, Cancel));
        Assert.Equal(1, await Store.Deliveries.CancelOrphansAsync(Cancel));
        Assert.Equal(EndReason.WebhookDeleted, (await GetAsync(delivery)).EndReason);
    }

    [Fact]
    public async Task Key_Created_IsFoundByIdAndHash()
    {
        await AddTenantAsync("ten_1");
        var key = await AddKeyAsync("ten_1");

        Assert.Equivalent(key, await Access.GetKeyAsync(key.Id, Cancel), strict: true);
        Assert.Equivalent(key, await Access.FindKeyAsync(key.Hash, Cancel), strict: true);
        Assert.Null(await Access.GetKeyAsync("key_unknown", Cancel));
        Assert.Null(await Access.FindKeyAsync(new byte[32], Cancel));
        Assert.False(await Access.CreateKeyAsync(NewKey("nobody"), Cancel));
        Assert.False(await Access.HasPlatformKeyAsync(Cancel));
    }

    [Fact]
    public async Task PlatformKey_Created_IsKnownToExist()
    {
        var key = await AddKeyAsync(null);

        Assert.True(await Access.HasPlatformKeyAsync(Cancel));
        Assert.Equivalent(key, await Access.FindKeyAsync(key.Hash, Cancel), strict: true);
        await Access.RevokeKeyAsync(key.Id, Now, Cancel);
        Assert.True(await Access.HasPlatformKeyAsync(Cancel));
    }

    [Fact]
    public async Task Key_Revoked_KeepsTheFirstTime()
    {
        var key = await AddKeyAsync(TenantRecord.DefaultId);
        var revoked = key with { RevokeTime = Now };

        Assert.Equivalent(revoked, await Access.RevokeKeyAsync(key.Id, Now, Cancel), strict: true);
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equivalent(revoked, await Access.RevokeKeyAsync(key.Id, Now, Cancel), strict: true);

        Assert.Equivalent(revoked, await Access.FindKeyAsync(key.Hash, Cancel), strict: true);
        Assert.Null(await Access.RevokeKeyAsync("key_unknown", Now, Cancel));
    }

    [Fact]
    public async Task Keys_Touched_KeepTheLatestUse()
    {
        var first = await AddKeyAsync(null);
        var second = await AddKeyAsync(null);

        await Access.TouchKeysAsync(
            new Dictionary<string, DateTimeOffset> { [first.Id] = Now, [second.Id] = Now, ["key_unknown"] = Now }, Cancel);
        await Access.TouchKeysAsync(
            new Dictionary<string, DateTimeOffset> { [first.Id] = Now.AddSeconds(-5), [second.Id] = Now.AddSeconds(5) }, Cancel);

        Assert.Equal(Now, (await Access.GetKeyAsync(first.Id, Cancel))!.LastUseTime);
        Assert.Equal(Now.AddSeconds(5), (await Access.GetKeyAsync(second.Id, Cancel))!.LastUseTime);
    }

    [Fact]
    public async Task Keys_Listed_ByTenantOrAll()
    {
        await AddTenantAsync("ten_1");
        var created = new List<ApiKeyRecord>();
        foreach (var tenant in new[] { null, "ten_1", "default", "ten_1", null, "ten_1" })
        {
            created.Insert(0, await AddKeyAsync(tenant));
        }

        var all = await ReadAllAsync(position => Access.ListKeysAsync(null, position, 2, Cancel));
        var ofTenant = await ReadAllAsync(position => Access.ListKeysAsync("ten_1", position, 2, Cancel));

        Assert.Equal(created.Select(k => k.Id), all.Select(k => k.Id));
        Assert.Equal(created.Where(k => k.TenantId == "ten_1").Select(k => k.Id), ofTenant.Select(k => k.Id));
        Assert.Empty((await Access.ListKeysAsync("nobody", null, 10, Cancel)).Items);
    }

    [Fact]
    public async Task ValidKeys_Counted_UpToANumberWithoutWhatEnded()
    {
        await AddTenantAsync("ten_1");
        await AddTenantAsync("ten_2");
        var revoked = new List<ApiKeyRecord>();
        foreach (var end in new TimeSpan?[] { null, TimeSpan.FromMicroseconds(1), TimeSpan.FromDays(9), TimeSpan.Zero, TimeSpan.FromMicroseconds(-1), TimeSpan.FromDays(-9) })
        {
            await StoreAsync(NewKey("ten_1") with { ExpireTime = Now + end });
            revoked.Add(await StoreAsync(NewKey("ten_1") with { ExpireTime = Now + end }));
        }

        foreach (var key in revoked)
        {
            await Access.RevokeKeyAsync(key.Id, Now, Cancel);
            await Access.RevokeKeyAsync(key.Id, Now, Cancel);
        }

        await AddKeyAsync("ten_2");
        await AddKeyAsync(null);
        await Access.TouchKeysAsync((await Access.ListKeysAsync("ten_1", null, 100, Cancel)).Items.ToDictionary(key => key.Id, _ => Now), Cancel);
        await ReopenAsync();

        Assert.Equal(3, await CountAsync("ten_1", 100));
        Assert.Equal(2, await CountAsync("ten_1", 2));
        Assert.Equal(0, await CountAsync("ten_1", 0));
        Assert.Equal(1, await CountAsync("ten_2", 100));
        Assert.Equal(0, await CountAsync("nobody", 100));
        Clock.Advance(TimeSpan.FromMicroseconds(1));
        Assert.Equal(2, await CountAsync("ten_1", 100));
        await DeleteAsync("ten_1", force: true);
        Assert.Equal(0, await CountAsync("ten_1", 100));
    }

    [Fact]
    public async Task ValidKeys_ManyAtTheSameTime_AreAllCounted()
    {
        const int Many = 1_000;
        await AddTenantAsync("ten_1");
        await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => AddKeyAsync("ten_1")));

        foreach (var most in new[] { 400, 401, 800, Many - 1, Many, Many + 1 })
        {
            Assert.Equal(Math.Min(most, Many), await CountAsync("ten_1", most));
        }
    }

    [Fact]
    public async Task Sessions_Expired_AreRemovedInBatchesAndOtherKeysStay()
    {
        await AddTenantAsync("ten_1");
        var (gone, kept) = (new List<ApiKeyRecord>(), new List<ApiKeyRecord>());
        for (var i = 0; i < 7; i++)
        {
            gone.Add(await AddSessionAsync("ten_1", Now.AddDays(-1)));
            kept.Add(await AddSessionAsync("ten_1", Now));
            kept.Add(await StoreAsync(NewKey("ten_1") with { ExpireTime = Now.AddDays(-9) }));
        }

        kept.Add(await AddSessionAsync("ten_1", null));
        var terms = new RetentionTerms(Now.AddDays(-7), Now.AddDays(-30), 10, Now, 3);

        Assert.Equal(0, await RemoveSessionsAsync(terms));
        Assert.Equal(7, await RemoveSessionsAsync(terms with { SessionsBefore = Now }));
        Assert.Equal(0, await RemoveSessionsAsync(terms with { SessionsBefore = Now }));
        await ReopenAsync();
        Assert.Equal(
            kept.Select(key => key.Id), (await Access.ListKeysAsync("ten_1", null, 100, Cancel)).Items.Select(key => key.Id).Reverse());
        foreach (var key in gone)
        {
            Assert.Null(await Access.GetKeyAsync(key.Id, Cancel));
            Assert.Null(await Access.FindKeyAsync(key.Hash, Cancel));
            Assert.Null(await Access.RevokeKeyAsync(key.Id, Now, Cancel));
        }
    }

    private Task<int> CountAsync(string tenant, int most) => Access.CountValidKeysAsync(tenant, Now, most, Cancel);

    private Task<ApiKeyRecord> AddSessionAsync(string tenant, DateTimeOffset? expireTime) =>
        StoreAsync(NewKey(tenant) with { Id = NewId(ApiKeyRecord.PortalPrefix), ExpireTime = expireTime });

    private async Task<ApiKeyRecord> StoreAsync(ApiKeyRecord key)
    {
        Assert.True(await Access.CreateKeyAsync(key, Cancel));
        return key;
    }

    private async Task<int> RemoveSessionsAsync(RetentionTerms terms)
    {
        var removed = 0;
        await foreach (var step in Store.Maintenance.RemoveExpiredAsync(terms, Cancel))
        {
            Assert.InRange(step.Sessions, 0, terms.Batch);
            removed += step.Sessions;
        }

        return removed;
    }
}
