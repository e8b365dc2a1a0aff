using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Tests.Administration;
using ControlPlane.Storage;
using ControlPlane.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Tests.Access;

/// <summary>What the server remembers of keys, and for how long.</summary>
public sealed class ApiKeysTests : IDisposable
{
    private readonly TestClock _clock = new();
    private readonly FakeAccessStore _store = new();
    private readonly FakeSignals _signals = new();
    private readonly ApiKeyUse _use;
    private readonly ApiKeys _keys;

    public ApiKeysTests()
    {
        _use = new(_store);
        _keys = new(_store, _use, _signals, _clock, Options.Create(new AccessOptions()));
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _keys.Dispose();

    [Fact]
    public async Task Authenticate_Repeated_ReadsOnceInFiveSeconds()
    {
        var key = await AddAsync("key_1");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("key_1", (await _keys.AuthenticateAsync(key, Cancelled)).KeyId);
        }

        Assert.Equal(1, _store.Finds);
        _clock.Advance(ApiKeys.Freshness);
        await _keys.AuthenticateAsync(key, Cancelled);
        Assert.Equal(2, _store.Finds);
    }

    [Fact]
    public async Task Authenticate_RevokedElsewhere_DeadWithinFiveSeconds()
    {
        var key = await AddAsync("key_1");
        await _keys.AuthenticateAsync(key, Cancelled);
        await _store.RevokeKeyAsync("key_1", _clock.GetUtcNow(), Cancelled);
        _clock.Advance(ApiKeys.Freshness);
        await RefusedAsync(key);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Authenticate_SignalFromElsewhere_IsReadAgainIfKeysChanged(bool keys)
    {
        var key = await AddAsync("key_1");
        await _keys.AuthenticateAsync(key, Cancelled);
        await _store.RevokeKeyAsync("key_1", _clock.GetUtcNow(), Cancelled);
        _signals.Raise(new StoreSignal.ConfigurationChanged("ten_1", keys));
        if (keys)
        {
            await RefusedAsync(key);
        }
        else
        {
            Assert.Equal("key_1", (await _keys.AuthenticateAsync(key, Cancelled)).KeyId);
        }
    }

    [Fact]
    public async Task Authenticate_UnknownKey_RememberedTooButNotForLong()
    {
        var key = ApiKeyHash.Of(ApiKeySecret.Create());
        await RefusedAsync(key);
        await RefusedAsync(key);
        Assert.Equal(1, _store.Finds);
        _clock.Advance(ApiKeys.Freshness);
        await RefusedAsync(key);
        Assert.Equal(2, _store.Finds);
    }

    [Fact]
    public async Task Invalidate_DuringARead_ItsResultIsNotUsedLater()
    {
        var key = await AddAsync("key_1");
        var release = new TaskCompletionSource();
        _store.AfterFind = release.Task;
        var early = _keys.AuthenticateAsync(key, Cancelled).AsTask();

        await _store.RevokeKeyAsync("key_1", _clock.GetUtcNow(), Cancelled);
        _keys.Invalidate();
        _store.AfterFind = null;
        release.SetResult();

        await early;
        await RefusedAsync(key);
    }

    [Fact]
    public async Task Authenticate_ManyAtOnce_OneRead()
    {
        var key = await AddAsync("key_1");
        var release = new TaskCompletionSource();
        _store.AfterFind = release.Task;
        var calls = Enumerable.Range(0, 50).Select(_ => _keys.AuthenticateAsync(key, Cancelled).AsTask()).ToList();
        release.SetResult();
        await Task.WhenAll(calls);
        Assert.Equal(1, _store.Finds);
    }

    [Fact]
    public async Task Authenticate_StoreFails_NotRemembered()
    {
        var key = await AddAsync("key_1");
        _store.Fault = new StorageUnavailableException();
        await Assert.ThrowsAsync<StorageUnavailableException>(async () => await _keys.AuthenticateAsync(key, Cancelled));
        _store.Fault = null;
        await _keys.AuthenticateAsync(key, Cancelled);
    }

    [Fact]
    public async Task Authenticate_FloodOfUnknownKeys_RealOnesStayKnown()
    {
        var key = await AddAsync("key_1");
        await _keys.AuthenticateAsync(key, Cancelled);
        for (var i = 0UL; i < 20_100; i++)
        {
            await RefusedAsync(new ApiKeyHash(i, i, i, i));
        }

        var before = _store.Finds;
        await _keys.AuthenticateAsync(key, Cancelled);
        Assert.Equal(before, _store.Finds);
    }

    [Fact]
    public async Task Authenticate_KnownKey_AllocatesNothing()
    {
        var key = await AddAsync("key_1");
        await _keys.AuthenticateAsync(key, Cancelled);
        await _keys.AuthenticateAsync(key, Cancelled);
        var before = GC.GetAllocatedBytesForCurrentThread();
        await _keys.AuthenticateAsync(key, Cancelled);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task UseWorker_Used_StoredOnceAMinuteAndAtStop()
    {
        var key = await AddAsync("key_1");
        using var worker = new ApiKeyUseWorker(_use, _clock, NullLogger<ApiKeyUseWorker>.Instance);
        await worker.StartAsync(Cancelled);
        await _keys.AuthenticateAsync(key, Cancelled);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await _keys.AuthenticateAsync(key, Cancelled);
        var used = _clock.GetUtcNow();
        Assert.Empty(_store.Touches);

        await worker.StopAsync(Cancelled);

        Assert.Equal(used, Assert.Single(_store.Touches)["key_1"]);
    }

    [Fact]
    public async Task Flush_StoreFails_KeptForTheNext()
    {
        await _keys.AuthenticateAsync(await AddAsync("key_1"), Cancelled);
        _store.Fault = new StorageUnavailableException();
        await Assert.ThrowsAsync<StorageUnavailableException>(() => _use.FlushAsync(Cancelled));
        _store.Fault = null;
        await _use.FlushAsync(Cancelled);
        await _use.FlushAsync(Cancelled);
        Assert.Single(_store.Touches);
    }

    private async Task<ApiKeyHash> AddAsync(string id)
    {
        var hash = ApiKeyHash.Of(ApiKeySecret.Create());
        await _store.CreateKeyAsync(new() { Id = id, TenantId = null, Hash = hash.ToBytes(), Scopes = ["admin"] }, Cancelled);
        return hash;
    }

    private async Task RefusedAsync(ApiKeyHash key)
    {
        var refused = await Assert.ThrowsAsync<RequestException>(async () => await _keys.AuthenticateAsync(key, Cancelled));
        Assert.Equal("API_KEY_INVALID", refused.Reason);
    }
}
