using ControlPlane.Storage.Compliance;
using LiteDB;

namespace ControlPlane.Storage.LiteDb.Tests;

/// <summary>The valid API keys of a store that was written before they were found by that.</summary>
public sealed class ValidKeyTests : StorageTests<LiteDbSource>
{
    private const string Tenant = TenantRecord.DefaultId;
    private const int Many = 450;

    [Fact]
    public async Task Open_StoreOfTheFormatBefore_ValidKeysAreCounted()
    {
        var made = new List<ApiKeyRecord>();
        for (var i = 0; i < Many; i++)
        {
            made.Add(await AddAsync(Tenant, (i % 3) switch { 0 => null, 1 => Now.AddDays(1), _ => Now.AddDays(-1) }));
        }

        await AddAsync(null, null);
        foreach (var key in made.Where((_, i) => i % 2 == 0))
        {
            await Store.Access.RevokeKeyAsync(key.Id, Now, Cancel);
        }

        await AddTenantAsync("ten_1");
        await AddAsync("ten_1", null);
        await Store.Access.DeleteTenantAsync("ten_1", null, force: true, Now, Cancel);
        await ExpectAsync();

        await Store.DisposeAsync();
        await ForgetAsync();
        await ReopenAsync();

        await ExpectAsync();
        Assert.Empty(await Store.Capabilities.Integrity!.CheckAsync(Cancel));
        var (kept, revoked) = (made[1], made[0]);
        Assert.Equal(kept.Id, (await Store.Access.FindKeyAsync(kept.Hash, Cancel))!.Id);
        Assert.NotNull((await Store.Access.GetKeyAsync(revoked.Id, Cancel))!.RevokeTime);
        Assert.Equal(Many, (await ReadAllAsync(position => Store.Access.ListKeysAsync(Tenant, position, 100, Cancel))).Count);
        await Store.DisposeAsync();
        await ChangeAsync(session => Assert.Equal(StoreIdentity.Latest, session.Stored.Find(Collections.Meta, 1L)!.Int("format")));
    }

    private async Task ExpectAsync()
    {
        Assert.Equal(Many / 3, await Store.Access.CountValidKeysAsync(Tenant, Now, Many, Cancel));
        Assert.Equal(0, await Store.Access.CountValidKeysAsync("ten_1", Now, Many, Cancel));
    }

    /// <summary>As the format before had it; the first key, which is revoked, as if it had been so by a version that does not know.</summary>
    private Task ForgetAsync() => ChangeAsync(session =>
    {
        var all = new List<BsonDocument>();
        using (var rows = session.Stored.Within(Collections.ApiKeys, 0L, long.MaxValue))
        {
            while (rows.Step())
            {
                all.Add(rows.Current);
            }
        }

        foreach (var document in all)
        {
            document[DocumentStore.Keys] = new BsonArray(document[DocumentStore.Keys].AsArray.Where(key => key.AsBinary[0] != (byte)KeyKind.Valid));
        }

        all[0][DocumentStore.Keys].AsArray.Add(Key.Of(KeyKind.Valid, TenantRef.Find(session.Stored, Tenant)!.Seq, long.MaxValue, all[0]["_id"].AsInt64));
        session.Stored.Update(Collections.ApiKeys, all);
        var meta = session.Stored.Find(Collections.Meta, 1L)!;
        meta["format"] = StoreIdentity.ValidKeys - 1;
        session.Stored.Update(Collections.Meta, [meta]);
    });

    private async Task<ApiKeyRecord> AddAsync(string? tenant, DateTimeOffset? expireTime)
    {
        var key = new ApiKeyRecord
        {
            Id = NewId("key_"),
            TenantId = tenant,
            Hash = System.Security.Cryptography.RandomNumberGenerator.GetBytes(32),
            Scopes = ["events.read"],
            CreateTime = Now,
            ExpireTime = expireTime,
        };
        Assert.True(await Store.Access.CreateKeyAsync(key, Cancel));
        return key;
    }

    private async Task ChangeAsync(Action<WriteSession> change)
    {
        await using var database = LiteDbStorage.OpenDatabase(new LiteDbStorageOptions { Path = Source.File, TimeProvider = Clock });
        await database.WriteAsync(
            session =>
            {
                change(session);
                return 0;
            },
            Cancel);
    }
}
