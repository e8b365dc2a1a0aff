using ControlPlane.Functional.Tests.EveryRpc;
using ControlPlane.Testing;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.Listing;

/// <summary>What is compressed for a client that accepts gzip. A compressed message of no bytes is unreadable to most clients.</summary>
public sealed class CompressionTests(SharedServer shared) : SharedServerTest(shared)
{
    private const string ListWebhooks = "/controlplane.v1.WebhookService/ListWebhooks";
    private static readonly (string, string) AcceptsGzip = ("grpc-accept-encoding", "identity,gzip");

    /// <summary>A request without a field: the shortest answers there are, many of them empty.</summary>
    [Fact]
    public async Task List_OfNewTenant_IsNotCompressed()
    {
        using var raw = new RawGrpc(Server.Setup.Grpc, Tenant.Key);
        foreach (var method in RpcMethod.All.Where(m => m.Name.Contains("/List", StringComparison.Ordinal) && !m.PlatformOnly))
        {
            var answer = await raw.CallAsync($"/controlplane.v1.{method.Name}", RawGrpc.Frame([]), AcceptsGzip);

            Assert.Equal(StatusCode.OK, answer.Status);
            // The catalogue of event types is long from the start.
            Assert.True(!answer.IsCompressed || method.Name.EndsWith("/ListEventTypes", StringComparison.Ordinal), method.Name);
        }
    }

    [Fact]
    public async Task Delete_EmptyAnswer_IsNotCompressed()
    {
        var made = await Tenant.HookAsync(Receiver.Open());
        using var raw = new RawGrpc(Server.Setup.Grpc, Tenant.Key);
        var request = new V1.DeleteWebhookRequest { WebhookId = made.Webhook.Id };

        var answer = await raw.CallAsync("/controlplane.v1.WebhookService/DeleteWebhook", RawGrpc.Frame(request.ToByteArray()), AcceptsGzip);

        Assert.Equal(StatusCode.OK, answer.Status);
        Assert.False(answer.IsCompressed);
    }

    [Fact]
    public async Task List_Long_IsCompressedForWhoAcceptsIt()
    {
        for (var i = 0; i < 5; i++)
        {
            await Tenant.HookAsync(Receiver.Open());
        }

        using var raw = new RawGrpc(Server.Setup.Grpc, Tenant.Key);
        Assert.True((await raw.CallAsync(ListWebhooks, RawGrpc.Frame([]), AcceptsGzip)).IsCompressed);
        Assert.False((await raw.CallAsync(ListWebhooks, RawGrpc.Frame([]))).IsCompressed);
    }
}
