using ControlPlane.Server.Tests.Administration;
using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace ControlPlane.Server.Tests.Access;

/// <summary>Every method, taken from the contract: a tenant's key cannot tell another tenant's things from things that do not exist.</summary>
public sealed class IsolationTests : AdminTest
{
    public static TheoryData<string> Addressing =>
        [.. EveryAdminMethod.All.Where(method => Addressed(method.InputType).Any()).Select(method => method.Name)];

    [Fact]
    public void Addressing_ContractNow_CoversTheMethodsThatNameThings() => Assert.Superset(
        new HashSet<string> { "GetTenant", "UpdateTenant", "DeleteTenant", "CreateApiKey", "ListApiKeys", "RevokeApiKey" },
        Addressing.Select(row => row.Data).ToHashSet());

    [Theory, MemberData(nameof(Addressing))]
    public async Task Call_AnotherTenantsThing_SameAsMissing(string method)
    {
        var victim = await CreateKeyAsync("other");
        var caller = await CreateKeyAsync("acme");
        var (theirs, missing) = ("other", "missing");
        if (method == "RevokeApiKey")
        {
            (theirs, missing) = (victim.ApiKey.Id, "key_missing");
        }

        var refused = await FailAsync(caller.Secret, method, theirs);
        var notThere = await FailAsync(caller.Secret, method, missing);

        Assert.Contains(refused.Code, (StatusCode[])[StatusCode.NotFound, StatusCode.PermissionDenied]);
        Assert.Equal(notThere.Code, refused.Code);
        Assert.Equal(notThere.Message.Replace(missing, theirs, StringComparison.Ordinal), refused.Message);
        Assert.All(Store.Keys, key => Assert.Null(key.RevokeTime));
    }

    [Fact]
    public async Task RevokeApiKey_PlatformKeyByTenantKey_NotFound()
    {
        var platform = await CreateKeyAsync(tenant: null);
        var caller = await CreateKeyAsync("acme");
        var error = await FailAsync(caller.Secret, "RevokeApiKey", platform.ApiKey.Id);
        Assert.Equal(StatusCode.NotFound, error.Code);
    }

    [Fact]
    public async Task ListApiKeys_TenantKey_OnlyItsTenants()
    {
        await CreateKeyAsync("other");
        await CreateKeyAsync(tenant: null);
        var own = await CreateKeyAsync("acme");
        var list = await ClientOf(own.Secret).ListApiKeysAsync(new(), cancellationToken: Cancelled);
        Assert.Equal(own.ApiKey, Assert.Single(list.ApiKeys));
        var all = await FailAsync(own.Secret, "ListApiKeys", "-");
        Assert.Equal((StatusCode.PermissionDenied, "PLATFORM_KEY_REQUIRED"), (all.Code, all.Info.Reason));
    }

    private Task<RpcErrors> FailAsync(string key, string method, string id) => RpcErrors.OfAsync(() =>
    {
        var request = EveryAdminMethod.Empty(method);
        foreach (var (parent, field) in Addressed(request.Descriptor))
        {
            var holder = request;
            if (parent is not null)
            {
                holder = (IMessage?)parent.Accessor.GetValue(request) ?? parent.MessageType.Parser.ParseFrom(ByteString.Empty);
                parent.Accessor.SetValue(request, holder);
            }

            field.Accessor.SetValue(holder, id);
        }

        if (request is CreateApiKeyRequest create)
        {
            create.ApiKey.Scopes.Add("admin");
        }

        return EveryAdminMethod.CallAsync(Server.As(key), method, request);
    });

    /// <summary>The fields of a request that say which tenant or thing it is about.</summary>
    private static IEnumerable<(FieldDescriptor? Parent, FieldDescriptor Field)> Addressed(MessageDescriptor request)
    {
        foreach (var field in request.Fields.InDeclarationOrder())
        {
            if (field.Name is "tenant_id" or "api_key_id")
            {
                yield return (null, field);
            }

            // Of a tenant its own id, of all else the tenant that it belongs to.
            if (field.FieldType == FieldType.Message
                && field.MessageType.FindFieldByName(field.Name == "tenant" ? "id" : "tenant_id") is { } inner)
            {
                yield return (field, inner);
            }
        }
    }
}
