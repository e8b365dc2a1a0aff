using System.Globalization;
using ControlPlane.Testing;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.EveryRpc;

public sealed class AuthenticationTests(SharedServer shared) : SharedServerTest(shared)
{
    public static TheoryData<string> Methods => RpcMethod.Names();

    public static TheoryData<string> ScopedMethods => [.. RpcMethod.All.Where(m => m.Scope != "any").Select(m => m.Name)];

    public static TheoryData<string> PlatformMethods => [.. RpcMethod.All.Where(m => m.PlatformOnly).Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Call_WithoutAKey_Unauthenticated(string name)
    {
        using var nobody = new Clients(Server.Setup.Grpc, key: null);

        var refusal = await RefuseAsync(name, nobody, key: null);

        refusal.Is(StatusCode.Unauthenticated, "API_KEY_MISSING");
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Call_WithAWrongKey_Unauthenticated(string name)
    {
        foreach (var key in new[] { "no-key-at-all", Tenant.Key + "x", Tenant.Key[..^1] + (Tenant.Key[^1] == 'A' ? 'B' : 'A') })
        {
            using var stranger = Server.Connect(key);
            var refusal = await RefuseAsync(name, stranger, key);
            Assert.Equal(StatusCode.Unauthenticated, refusal.Code);
            Assert.DoesNotContain(key, refusal.Status.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(ScopedMethods))]
    public async Task Call_WithoutItsScope_PermissionDeniedNamesIt(string name)
    {
        var scope = RpcMethod.Named(name).Scope;
        var made = await Platform.Admin.CreateApiKeyAsync(
            new() { ApiKey = new() { Platform = true, Scopes = { TestTenant.AllScopes.Where(s => s != scope) } } });
        using var clients = Server.Connect(made.Secret);

        var refusal = await RefuseAsync(name, clients, made.Secret);

        refusal.Is(StatusCode.PermissionDenied, "SCOPE_MISSING");
        Assert.Equal(scope, refusal.Info.Metadata["scope"]);
        Assert.Contains(scope, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(PlatformMethods))]
    public async Task Call_PlatformMethodWithATenantsKey_PermissionDenied(string name)
    {
        var refusal = await RefuseAsync(name, Tenant.Clients, Tenant.Key);

        refusal.Is(StatusCode.PermissionDenied, "PLATFORM_KEY_REQUIRED");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CreatePortalSession_OfATenant_SeesItAloneForAWhile(bool readOnly)
    {
        var hook = (await Tenant.HookAsync(Receiver.Open())).Webhook;
        var made = await Platform.Admin.CreatePortalSessionAsync(
            new() { TenantId = Tenant.Id, ReadOnly = readOnly, Ttl = Duration.FromTimeSpan(TimeSpan.FromMinutes(5)) });
        using var portal = Server.Connect(made.Token);

        Assert.Equal($"{Server.Setup.Http}portal/#token={made.Token}", made.Url);
        Assert.Equal(Tenant.Id, made.ApiKey.TenantId);
        // When it expires is reckoned a moment before it is created.
        Assert.InRange((made.ApiKey.ExpireTime - made.ApiKey.CreateTime).ToTimeSpan(), TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(5));
        Assert.Equal(hook.Id, Assert.Single((await portal.Webhooks.ListWebhooksAsync(new())).Webhooks).Id);
        (await Refusal.OfAsync(portal.Webhooks.ListWebhooksAsync(new() { TenantId = "-" }))).Is(StatusCode.PermissionDenied, "PLATFORM_KEY_REQUIRED");
        (await Refusal.OfAsync(portal.Events.PublishEventAsync(new()))).Is(StatusCode.PermissionDenied, "SCOPE_MISSING");
        (await Refusal.OfAsync(portal.Admin.CreateApiKeyAsync(new()))).Is(StatusCode.PermissionDenied, "SCOPE_MISSING");
        var update = portal.Webhooks.UpdateWebhookAsync(new() { Webhook = new() { Id = hook.Id, Name = "renamed" } });
        if (readOnly)
        {
            (await Refusal.OfAsync(update)).Is(StatusCode.PermissionDenied, "SCOPE_MISSING");
        }
        else
        {
            Assert.Equal("renamed", (await update).Webhook.Name);
        }

        await Platform.Admin.RevokeApiKeyAsync(new() { ApiKeyId = made.ApiKey.Id });
        Assert.Equal(StatusCode.Unauthenticated, (await Refusal.OfAsync(portal.Webhooks.ListWebhooksAsync(new()))).Code);
    }

    [Fact]
    public async Task GetCaller_WithAnyKey_SaysWhatItMayDo()
    {
        var expiry = Timestamp.FromDateTimeOffset(DateTimeOffset.Parse("2100-01-01T00:00:00Z", CultureInfo.InvariantCulture));
        var made = await Platform.Admin.CreateApiKeyAsync(
            new() { ApiKey = new() { TenantId = Tenant.Id, Scopes = { "events.publish" }, ExpireTime = expiry } });
        using var clients = Server.Connect(made.Secret);

        var narrow = await clients.Admin.GetCallerAsync(new());
        var platform = await Platform.Admin.GetCallerAsync(new());

        Assert.Equal(
            new() { ApiKeyId = made.ApiKey.Id, TenantId = Tenant.Id, Scopes = { "events.publish" }, ExpireTime = expiry }, narrow);
        Assert.True(platform.Platform);
        Assert.Empty(platform.TenantId);
        Assert.Equal(TestTenant.AllScopes, platform.Scopes);
    }

    [Fact]
    public async Task Call_WithARevokedKey_UnauthenticatedAndItsWatchesEnd()
    {
        var key = Assert.Single((await Tenant.Clients.Admin.ListApiKeysAsync(new())).ApiKeys);
        await using var watcher = await Watcher.StartAsync(
            Tenant.Clients, new() { HeartbeatInterval = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)) });
        await Platform.Admin.RevokeApiKeyAsync(new() { ApiKeyId = key.Id });

        var refusal = await Refusal.OfAsync(Tenant.Clients.Webhooks.ListWebhooksAsync(new()));

        Assert.Equal(StatusCode.Unauthenticated, refusal.Code);
        var end = await watcher.EndAsync();
        Assert.NotNull(end);
        Assert.Equal(StatusCode.Unauthenticated, Refusal.Of(end).Code);
    }

    [Fact]
    public async Task CreateApiKey_MoreThanOneHas_IsRefused()
    {
        var made = await Platform.Admin.CreateApiKeyAsync(new() { ApiKey = new() { TenantId = Tenant.Id, Scopes = { "admin" } } });
        using var admin = Server.Connect(made.Secret);

        (await Refusal.OfAsync(admin.Admin.CreateApiKeyAsync(new() { ApiKey = new() { Scopes = { "events.read" } } })))
            .Is(StatusCode.PermissionDenied, "SCOPE_NOT_HELD");
        (await Refusal.OfAsync(admin.Admin.CreateApiKeyAsync(new() { ApiKey = new() { Platform = true, Scopes = { "admin" } } })))
            .Is(StatusCode.PermissionDenied, "PLATFORM_KEY_REQUIRED");
        Assert.Equal(2, (await admin.Admin.ListApiKeysAsync(new())).ApiKeys.Count);
    }

    /// <summary>Makes a call that must fail, and fail alike at the JSON door.</summary>
    private async Task<Refusal> RefuseAsync(string name, Clients clients, string? key)
    {
        var method = RpcMethod.Named(name);
        var request = method.Input.Parser.ParseFrom(ByteString.Empty);
        using var http = new HttpCaller(Server.Setup.Http, key);
        var refusal = await Refusal.OfAsync(() => method.CallAsync(clients, request));
        var inJson = await Refusal.OfAsync(() => method.CallAsync(http, request));
        Assert.Equal(refusal.Status, inJson.Status);
        return refusal;
    }
}
