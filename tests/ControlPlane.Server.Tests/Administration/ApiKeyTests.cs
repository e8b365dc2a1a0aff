using ControlPlane.Server.Access;
using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ControlPlane.Server.Tests.Administration;

public sealed class ApiKeyTests : AdminTest
{
    [Fact]
    public async Task CreateApiKey_ForTenant_WorksAsAsked()
    {
        var created = await CreateKeyAsync("acme", TimeSpan.FromDays(1), "admin", "events.read", "admin");
        Assert.Matches("^cpk_[A-Za-z0-9_-]{43}$", created.Secret);
        Assert.Equal(("acme", false), (created.ApiKey.TenantId, created.ApiKey.Platform));
        Assert.Equal(["admin", "events.read"], created.ApiKey.Scopes);
        Assert.Equal(Timestamp.FromDateTimeOffset(Clock.GetUtcNow().AddDays(1)), created.ApiKey.ExpireTime);
        var info = await ClientOf(created.Secret).GetServerInfoAsync(new(), cancellationToken: Cancelled);
        Assert.Equal(("memory", "0123456789abcdef"), (info.StorageProvider, info.StoreId));
        Assert.Matches(@"^\d+\.\d+\.\d+(-[a-z0-9.]+)?$", info.Version);
    }

    [Fact]
    public async Task CreateApiKey_ByAKeyThatExpires_ValidNoLongerThanIt()
    {
        var maker = ClientOf((await CreateKeyAsync("acme", TimeSpan.FromDays(1), "admin")).Secret);
        foreach (var after in new TimeSpan?[] { null, TimeSpan.FromDays(2) })
        {
            var error = await RpcErrors.OfAsync(async () => await maker.CreateApiKeyAsync(Request(after), cancellationToken: Cancelled));
            Assert.Equal((StatusCode.PermissionDenied, "KEY_WOULD_OUTLIVE_CALLER"), (error.Code, error.Info.Reason));
        }

        await maker.CreateApiKeyAsync(Request(TimeSpan.FromDays(1)), cancellationToken: Cancelled);

        CreateApiKeyRequest Request(TimeSpan? after) => new()
        {
            ApiKey = new()
            {
                Scopes = { "admin" },
                ExpireTime = after is { } span ? Timestamp.FromDateTimeOffset(Clock.GetUtcNow() + span) : null,
            },
        };
    }

    [Fact]
    public async Task CreateApiKey_NoTenant_CallersOwn()
    {
        var tenants = await CreateKeyAsync("acme");
        var request = new CreateApiKeyRequest { ApiKey = new() { Scopes = { "admin" } } };
        Assert.Equal("acme", (await ClientOf(tenants.Secret).CreateApiKeyAsync(request, cancellationToken: Cancelled)).ApiKey.TenantId);
        Assert.Equal("default", (await Platform.CreateApiKeyAsync(request, cancellationToken: Cancelled)).ApiKey.TenantId);
    }

    [Fact]
    public async Task CreateApiKey_SeveralWrongFields_AllNamedAtOnce()
    {
        var error = await RefusedAsync(BootstrapKey, new()
        {
            Platform = true,
            TenantId = "acme",
            Name = new string('n', 201),
            Scopes = { "admin", "everything" },
            ExpireTime = Timestamp.FromDateTimeOffset(Clock.GetUtcNow()),
        });
        Assert.Equal(
            [
                "api_key.expire_time NOT_IN_FUTURE", "api_key.name TOO_LONG", "api_key.scopes[1] SCOPE_UNKNOWN",
                "api_key.tenant_id PLATFORM_HAS_NO_TENANT",
            ],
            error.Violations().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task CreateApiKey_EmptyOrImpossible_Named()
    {
        var wrong = await RefusedAsync(BootstrapKey, new() { ExpireTime = new() { Seconds = long.MaxValue, Nanos = -5 } });
        Assert.Equal(["api_key.expire_time TIME_INVALID", "api_key.scopes REQUIRED"], wrong.Violations().Order(StringComparer.Ordinal));
        Assert.Equal(["api_key REQUIRED"], (await RefusedAsync(BootstrapKey, null)).Violations());
    }

    [Fact]
    public async Task CreateApiKey_MoreThanTheCallerHas_Denied()
    {
        var tenants = await CreateKeyAsync("acme", scopes: ["admin", "events.read"]);
        var scope = await RefusedAsync(tenants.Secret, new() { Scopes = { "events.read", "webhooks.write" } });
        Assert.Equal((StatusCode.PermissionDenied, "SCOPE_NOT_HELD"), (scope.Code, scope.Info.Reason));
        Assert.Equal("webhooks.write", scope.Info.Metadata["scope"]);
        var platform = await RefusedAsync(tenants.Secret, new() { Platform = true, Scopes = { "admin" } });
        Assert.Equal((StatusCode.PermissionDenied, "PLATFORM_KEY_REQUIRED"), (platform.Code, platform.Info.Reason));
    }

    [Fact]
    public async Task CreateApiKey_MissingTenant_NotFound()
    {
        var error = await RefusedAsync(BootstrapKey, new() { TenantId = "missing", Scopes = { "admin" } });
        Assert.Equal(StatusCode.NotFound, error.Code);
    }

    [Fact]
    public async Task CreateApiKey_AnotherTenantsAreBeingCounted_IsNotHeldUp()
    {
        var (counting, counted) = (new TaskCompletionSource<bool>(), new TaskCompletionSource());
        Store.BeforeCount = tenant =>
        {
            if (tenant != "acme")
            {
                return Task.CompletedTask;
            }

            counting.TrySetResult(true);
            return counted.Task;
        };
        var held = CreateKeyAsync("acme");
        await Eventually.InTimeAsync(counting.Task, "a key to be counted");
        var behind = CreateKeyAsync("acme");

        await CreateKeyAsync("other");
        await CreateKeyAsync(tenant: null);

        Assert.False(held.IsCompleted || behind.IsCompleted);
        counted.SetResult();
        Assert.Equal(2, (await Task.WhenAll(held, behind)).DistinctBy(key => key.ApiKey.Id).Count());
    }

    [Fact]
    public async Task ListApiKeys_EveryTenant_PagesWithPlatformKeys()
    {
        await CreateKeyAsync("acme");
        await CreateKeyAsync("other");
        await CreateKeyAsync(tenant: null);
        var first = await Platform.ListApiKeysAsync(new() { TenantId = "-", PageSize = 2 }, cancellationToken: Cancelled);
        Assert.Equal(["", "other"], first.ApiKeys.Select(key => key.TenantId));
        var rest = await Platform.ListApiKeysAsync(
            new() { TenantId = "-", PageToken = first.NextPageToken }, cancellationToken: Cancelled);
        Assert.Equal(["acme"], rest.ApiKeys.Select(key => key.TenantId));
        Assert.Equal("", rest.NextPageToken);
        var foreign = await RpcErrors.OfAsync(async () => await Platform.ListApiKeysAsync(
            new() { TenantId = "acme", PageToken = first.NextPageToken }, cancellationToken: Cancelled));
        Assert.Equal(["page_token PAGE_TOKEN_INVALID"], foreign.Violations());
    }

    [Fact]
    public async Task ListApiKeys_MissingTenant_NotFound()
    {
        var error = await RpcErrors.OfAsync(async () =>
            await Platform.ListApiKeysAsync(new() { TenantId = "missing" }, cancellationToken: Cancelled));
        Assert.Equal(StatusCode.NotFound, error.Code);
    }

    [Fact]
    public async Task RevokeApiKey_KeyInUse_DeadAtOnce()
    {
        var key = await CreateKeyAsync("acme");
        await ClientOf(key.Secret).GetTenantAsync(new(), cancellationToken: Cancelled);
        var revoked = await Platform.RevokeApiKeyAsync(new() { ApiKeyId = key.ApiKey.Id }, cancellationToken: Cancelled);
        Assert.Equal(Timestamp.FromDateTimeOffset(Clock.GetUtcNow()), revoked.ApiKey.RevokeTime);
        var error = await RpcErrors.OfAsync(async () =>
            await ClientOf(key.Secret).GetTenantAsync(new(), cancellationToken: Cancelled));
        Assert.Equal((StatusCode.Unauthenticated, "API_KEY_INVALID"), (error.Code, error.Info.Reason));
    }

    [Fact]
    public async Task RevokeApiKey_Itself_AndAgain_KeepsTheFirstTime()
    {
        var key = await CreateKeyAsync("acme");
        var request = new RevokeApiKeyRequest { ApiKeyId = key.ApiKey.Id };
        var first = await ClientOf(key.Secret).RevokeApiKeyAsync(request, cancellationToken: Cancelled);
        Clock.Advance(TimeSpan.FromHours(1));
        var second = await Platform.RevokeApiKeyAsync(request, cancellationToken: Cancelled);
        Assert.Equal(first.ApiKey, second.ApiKey);
    }

    [Theory]
    [InlineData("", StatusCode.InvalidArgument)]
    [InlineData("key_missing", StatusCode.NotFound)]
    [InlineData(ApiKeys.BootstrapKeyId, StatusCode.NotFound)]
    public async Task RevokeApiKey_NotThere_Refused(string id, StatusCode code)
    {
        var error = await RpcErrors.OfAsync(async () =>
            await Platform.RevokeApiKeyAsync(new() { ApiKeyId = id }, cancellationToken: Cancelled));
        Assert.Equal(code, error.Code);
    }

    [Fact]
    public async Task Secret_EveryAnswerAndTheLog_OnlyInTheAnswerThatMadeIt()
    {
        var key = await CreateKeyAsync("acme", scopes: [.. Scopes.InOrder]);
        List<string> seen = [key.ApiKey.ToString()];
        foreach (var method in EveryAdminMethod.Names.Select(row => row.Data).Where(name => name != "CreateApiKey"))
        {
            foreach (var caller in (string[])[BootstrapKey, key.Secret])
            {
                var request = EveryAdminMethod.Empty(method);
                request.Descriptor.FindFieldByName("tenant_id")?.Accessor.SetValue(request, "acme");
                request.Descriptor.FindFieldByName("api_key_id")?.Accessor.SetValue(request, key.ApiKey.Id);
                seen.Add(await AnswerAsync(caller, method, request));
            }
        }

        seen.AddRange(Server.Log.Entries.Select(entry => entry.Text));
        Assert.Contains(seen, text => text.Contains(key.ApiKey.Id, StringComparison.Ordinal));
        Assert.DoesNotContain(seen, text => text.Contains(key.Secret, StringComparison.Ordinal));
        Assert.DoesNotContain(seen, text => text.Contains(BootstrapKey, StringComparison.Ordinal));
        Assert.DoesNotContain(Store.Keys, stored => stored.ToString().Contains(key.Secret, StringComparison.Ordinal));
        Assert.Equal("", Output.ToString());
    }

    private async Task<string> AnswerAsync(string caller, string method, IMessage request)
    {
        try
        {
            return (await EveryAdminMethod.CallAsync(Server.As(caller), method, request)).ToString()!;
        }
        catch (RpcException e)
        {
            return $"{e} {RpcErrors.Of(e).RawText}";
        }
    }

    private Task<RpcErrors> RefusedAsync(string caller, ApiKey? key) => RpcErrors.OfAsync(async () =>
        await ClientOf(caller).CreateApiKeyAsync(new() { ApiKey = key }, cancellationToken: Cancelled));
}
