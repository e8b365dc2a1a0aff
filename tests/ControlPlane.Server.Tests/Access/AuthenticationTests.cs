using ControlPlane.Server.Access;
using ControlPlane.Server.Tests.Administration;
using ControlPlane.V1;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace ControlPlane.Server.Tests.Access;

/// <summary>Every method, taken from the contract: who is let in.</summary>
public sealed class AuthenticationTests : AdminTest
{
    public static TheoryData<string> Methods => EveryAdminMethod.Names;

    public static TheoryData<string> ScopedMethods => [.. EveryAdminMethod.All.Where(method => ScopeOf(method) != Scopes.Any).Select(method => method.Name)];

    [Theory, MemberData(nameof(Methods))]
    public async Task Call_NoKey_Unauthenticated(string method)
    {
        var error = await FailAsync(null, method);
        Assert.Equal((StatusCode.Unauthenticated, "API_KEY_MISSING"), (error.Code, error.Info.Reason));
    }

    [Theory, MemberData(nameof(Methods))]
    public async Task Call_UnknownKey_Unauthenticated(string method)
    {
        var error = await FailAsync(ApiKeySecret.Create(), method);
        Assert.Equal((StatusCode.Unauthenticated, "API_KEY_INVALID"), (error.Code, error.Info.Reason));
    }

    [Theory, MemberData(nameof(Methods))]
    public async Task Call_ExpiredKey_Unauthenticated(string method)
    {
        var key = await CreateKeyAsync(tenant: null, lifetime: TimeSpan.FromMinutes(1));
        Clock.Advance(TimeSpan.FromMinutes(1));
        var error = await FailAsync(key.Secret, method);
        Assert.Equal((StatusCode.Unauthenticated, "API_KEY_EXPIRED"), (error.Code, error.Info.Reason));
    }

    [Theory, MemberData(nameof(Methods))]
    public async Task Call_RevokedKey_SameAsUnknown(string method)
    {
        var key = await CreateKeyAsync(tenant: null);
        await Platform.RevokeApiKeyAsync(new() { ApiKeyId = key.ApiKey.Id }, cancellationToken: Cancelled);
        var revoked = await FailAsync(key.Secret, method);
        var unknown = await FailAsync(ApiKeySecret.Create(), method);
        Assert.Equal(unknown.Status, revoked.Status);
    }

    [Theory, MemberData(nameof(ScopedMethods))]
    public async Task Call_WithoutScope_DeniedNamingIt(string method)
    {
        var scope = ScopeOf(EveryAdminMethod.Named(method));
        var key = await CreateKeyAsync(tenant: null, scopes: [.. Scopes.InOrder.Where(s => s != scope)]);
        var error = await FailAsync(key.Secret, method);
        Assert.Equal((StatusCode.PermissionDenied, "SCOPE_MISSING"), (error.Code, error.Info.Reason));
        Assert.Contains($"\"{scope}\"", error.Message, StringComparison.Ordinal);
        Assert.Equal(scope, error.Info.Metadata["scope"]);
    }

    [Theory, MemberData(nameof(Methods))]
    public async Task Call_TenantKey_DeniedWherePlatformOnly(string method)
    {
        var key = await CreateKeyAsync("acme", scopes: [.. Scopes.InOrder]);
        var failure = await Record.ExceptionAsync(() =>
            EveryAdminMethod.CallAsync(Server.As(key.Secret), method, EveryAdminMethod.Empty(method)));
        var platformOnly = EveryAdminMethod.Named(method).GetOptions().GetExtension(AccessExtensions.PlatformOnly);
        var reason = failure is RpcException rpc ? RpcErrors.Of(rpc).Info.Reason : "OK";
        Assert.Equal(platformOnly, reason == "PLATFORM_KEY_REQUIRED");
    }

    [Theory]
    [InlineData("cpk_bootstrap-key-of-the-test-server-0001")]
    [InlineData("Basic cpk_bootstrap-key-of-the-test-server-0001")]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer cpk_short")]
    [InlineData("Bearer xxx_bootstrap-key-of-the-test-server-0001")]
    [InlineData("Bearer cpk_bootstrap-key-of-the-test-server-0001 x")]
    [InlineData("Bearer cpk_bootstrap-key-of-the-test-server-0001, Bearer cpk_bootstrap-key-of-the-test-server-0001")]
    public async Task Call_MalformedAuthorization_Unauthenticated(string header)
    {
        var error = await RpcErrors.OfAsync(async () => await new AdminService.AdminServiceClient(Server.Channel).GetServerInfoAsync(
            new(), new Metadata { { "authorization", header } }, cancellationToken: Cancelled));
        Assert.Equal((StatusCode.Unauthenticated, "API_KEY_INVALID"), (error.Code, error.Info.Reason));
    }

    [Fact]
    public async Task Call_TwoAuthorizations_Unauthenticated()
    {
        var twice = new Metadata { { "authorization", $"Bearer {BootstrapKey}" }, { "authorization", $"Bearer {BootstrapKey}" } };
        var error = await RpcErrors.OfAsync(async () =>
            await new AdminService.AdminServiceClient(Server.Channel).GetServerInfoAsync(new(), twice, cancellationToken: Cancelled));
        Assert.Equal("API_KEY_INVALID", error.Info.Reason);
    }

    [Fact]
    public async Task Call_SchemeInOtherCase_LetIn()
    {
        var info = await new AdminService.AdminServiceClient(Server.Channel).GetServerInfoAsync(
            new(), new Metadata { { "authorization", $"bearer  {BootstrapKey}" } }, cancellationToken: Cancelled);
        Assert.Equal("node_test", info.NodeId);
    }

    private Task<RpcErrors> FailAsync(string? key, string method) =>
        RpcErrors.OfAsync(() => EveryAdminMethod.CallAsync(Server.As(key), method, EveryAdminMethod.Empty(method)));

    private static string ScopeOf(MethodDescriptor method) => method.GetOptions().GetExtension(AccessExtensions.RequiredScope);
}
