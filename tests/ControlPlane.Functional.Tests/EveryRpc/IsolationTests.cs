using ControlPlane.Testing;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.EveryRpc;

/// <summary>A tenant cannot tell another one's resources from missing ones, whatever it calls.</summary>
public sealed class IsolationTests(SharedServer shared) : SharedServerTest(shared)
{
    public static TheoryData<string> Methods => RpcMethod.Names();

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Call_WithAnotherTenantsIds_IsAnsweredAsIfTheyWereMissing(string name)
    {
        var method = RpcMethod.Named(name);
        using var other = await Furnished.CreateAsync(Server, Receiver);
        var before = await other.DescribeAsync();

        foreach (var withTenant in new[] { true, false })
        {
            var foreign = await AnswerAsync(method, other.Ids, withTenant);
            var missing = await AnswerAsync(method, ResourceIds.Missing, withTenant);
            var inJson = await AnswerAsync(method, other.Ids, withTenant, json: true);
            var missingInJson = await AnswerAsync(method, ResourceIds.Missing, withTenant, json: true);

            Assert.Equal(missing.Code, foreign.Code);
            Assert.Equal(ResourceIds.Missing.Strip(missing.Error), other.Ids.Strip(foreign.Error));
            if (foreign.Code != StatusCode.OK)
            {
                Assert.Equal((foreign.Code, foreign.Error), (inJson.Code, inJson.Error));
            }

            Assert.Equal(ResourceIds.Missing.Strip(missingInJson.Error), other.Ids.Strip(inJson.Error));
            Assert.All(other.Ids.All, id => Assert.DoesNotContain(id, inJson.Response, StringComparison.Ordinal));
            Assert.Contains(foreign.Code, method.PlatformOnly ? [StatusCode.PermissionDenied] : new[] { StatusCode.OK, StatusCode.NotFound });
            Assert.All(other.Ids.All, id => Assert.DoesNotContain(id, foreign.Response, StringComparison.Ordinal));
            if (withTenant && !method.PlatformOnly && method.Input.FindFieldByName("tenant_id") is not null)
            {
                Assert.Equal(StatusCode.NotFound, foreign.Code);
            }
        }

        Assert.Equal(before, await other.DescribeAsync());
    }

    [Theory]
    [InlineData("WebhookService/GetWebhook")]
    [InlineData("WebhookService/UpdateWebhook")]
    [InlineData("WebhookService/DeleteWebhook")]
    [InlineData("WebhookService/RotateSecret")]
    [InlineData("WebhookService/TestWebhook")]
    [InlineData("EventService/GetEvent")]
    [InlineData("DeliveryService/GetDelivery")]
    [InlineData("DeliveryService/RetryDelivery")]
    [InlineData("DeliveryService/CancelDelivery")]
    [InlineData("AdminService/RevokeApiKey")]
    public async Task Call_WithAnotherTenantsId_NotFoundNamesOnlyTheId(string name)
    {
        using var other = await Furnished.CreateAsync(Server, Receiver);

        var answer = await AnswerAsync(RpcMethod.Named(name), other.Ids, withTenant: false);

        Assert.Equal(StatusCode.NotFound, answer.Code);
        Assert.DoesNotContain(other.Ids.Tenant, answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WebhookService/ListWebhooks")]
    [InlineData("EventService/ListEvents")]
    [InlineData("DeliveryService/ListDeliveries")]
    [InlineData("DeliveryService/WatchDeliveries")]
    [InlineData("AdminService/ListApiKeys")]
    public async Task List_EveryTenantWithATenantsKey_PermissionDenied(string name)
    {
        var method = RpcMethod.Named(name);
        var request = method.Input.Parser.ParseFrom(ByteString.Empty);
        method.Input.FindFieldByName("tenant_id").Accessor.SetValue(request, "-");

        var refusal = await Refusal.OfAsync(() => method.CallAsync(Tenant.Clients, request));

        refusal.Is(StatusCode.PermissionDenied, "PLATFORM_KEY_REQUIRED");
    }

    [Fact]
    public async Task Watch_OtherTenantsChanges_AreNotShown()
    {
        using var other = await Furnished.CreateAsync(Server, Receiver);
        await using var watcher = await Watcher.StartAsync(Tenant.Clients);
        await Tenant.HookAsync(Receiver.Open());

        await other.Tenant.UntilAsync((await other.Tenant.SendAsync()).Id, V1.DeliveryState.Succeeded);
        var own = await Tenant.SendAsync();
        await watcher.UntilAsync(own.Id, V1.DeliveryState.Succeeded);

        Assert.All(watcher.Deliveries, d => Assert.Equal(own.Id, d.Id));
    }

    private async Task<(StatusCode Code, string Error, string Response)> AnswerAsync(
        RpcMethod method, ResourceIds ids, bool withTenant, bool json = false)
    {
        var request = new RequestFiller(ids, Receiver.Open().Url).Fill(method.Input, withTenant);
        try
        {
            using var http = new HttpCaller(Server.Setup.Http, Tenant.Key);
            var answer = await (json ? method.CallAsync(http, request) : method.CallAsync(Tenant.Clients, request));
            return (StatusCode.OK, "", answer.ToString()!);
        }
        catch (RpcException e)
        {
            var refusal = Refusal.Of(e);
            return (refusal.Code, refusal.Status.ToByteString().ToStringUtf8(), "");
        }
    }
}
