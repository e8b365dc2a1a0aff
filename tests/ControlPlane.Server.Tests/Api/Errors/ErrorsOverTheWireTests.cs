using System.Text;
using ControlPlane.Server.Tests.Administration;
using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Rpc;
using Grpc.Core;

namespace ControlPlane.Server.Tests.Api.Errors;

public sealed class ErrorsOverTheWireTests : AdminTest
{
    [Fact]
    public async Task Call_UnexpectedFailure_CallerLearnsOnlyTheIncident()
    {
        Server.ExpectErrors();
        Store.Fault = new InvalidOperationException("the inside of the server");
        var error = await RpcErrors.OfAsync(async () => await Platform.GetTenantAsync(new(), cancellationToken: Cancelled));
        Assert.Equal((StatusCode.Internal, "INTERNAL"), (error.Code, error.Info.Reason));
        Assert.DoesNotContain("inside", error.RawText, StringComparison.Ordinal);
        Assert.Contains(Server.Log.Errors, text => text.Contains(error.Info.Metadata["incident_id"], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Call_StorageUnavailableWhileTheKeyIsRead_Unavailable()
    {
        var key = await CreateKeyAsync("acme");
        Store.Fault = new StorageUnavailableException();
        var error = await RpcErrors.OfAsync(async () =>
            await ClientOf(key.Secret).GetTenantAsync(new(), cancellationToken: Cancelled));
        Assert.Equal((StatusCode.Unavailable, "STORAGE_UNAVAILABLE"), (error.Code, error.Info.Reason));
        Assert.Equal(1, error.Detail<RetryInfo>().RetryDelay.Seconds);
    }

    [Fact]
    public async Task Call_HundredsOfWrongFields_DetailsArrive()
    {
        var request = new CreateTenantRequest { Tenant = new() { Id = new string('X', 1_000) } };
        var change = new UpdateTenantRequest
        {
            Tenant = new() { Id = "default", Etag = new string('x', 1_000) },
            UpdateMask = new() { Paths = { Enumerable.Range(0, 100).Select(i => $"field {i}") } },
        };
        Assert.Equal(["tenant.id ID_INVALID"], (await RpcErrors.OfAsync(async () =>
            await Platform.CreateTenantAsync(request, cancellationToken: Cancelled))).Violations());
        Assert.Equal(100, (await RpcErrors.OfAsync(async () =>
            await Platform.UpdateTenantAsync(change, cancellationToken: Cancelled))).Violations().Count());
    }

    [Theory]
    [InlineData("GetTenant", "\n\u007fshorter than it says")]
    [InlineData("CreateTenant", "\n\u0002\n\u0009")]
    [InlineData("ListTenants", "\u0007")]
    public async Task Call_NotAMessage_InvalidArgumentAndNoErrorInTheLog(string method, string bytes)
    {
        var error = await RpcErrors.OfAsync(() =>
            EveryAdminMethod.CallAsync(Server.As(BootstrapKey), method, Encoding.ASCII.GetBytes(bytes)));
        Assert.Equal((StatusCode.InvalidArgument, "MESSAGE_MALFORMED"), (error.Code, error.Info.Reason));
    }
}
