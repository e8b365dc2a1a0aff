using ControlPlane.Probe;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Grpc.Tests.Calls;

/// <summary>Messages beyond the agreed size are refused, whichever side they come from.</summary>
public sealed class LimitTests : CallTest
{
    private static readonly ProbeHandlers Echo = new() { Unary = (request, _) => Task.FromResult(request) };

    [Fact]
    public async Task Request_BeyondTheServersLimit_IsResourceExhausted()
    {
        await using var server = await ProbeServer.StartAsync(Echo, options => options.MaxReceiveMessageSize = 1000);

        await Fails(
            StatusCode.ResourceExhausted, async () => await server.Client().UnaryAsync(OfSize(1001), cancellationToken: Token));
        Assert.Equal(OfSize(1000), await server.Client().UnaryAsync(OfSize(1000), cancellationToken: Token));
    }

    [Fact]
    public async Task Response_BeyondTheServersLimit_IsResourceExhausted()
    {
        await using var server = await ProbeServer.StartAsync(Echo, options => options.MaxSendMessageSize = 1000);

        await Fails(
            StatusCode.ResourceExhausted, async () => await server.Client().UnaryAsync(OfSize(1001), cancellationToken: Token));
    }

    [Fact]
    public async Task Response_BeyondTheClientsLimit_IsResourceExhausted()
    {
        await using var server = await ProbeServer.StartAsync(Echo);
        var client = server.Client(options => options.MaxReceiveMessageSize = 1000);

        await Fails(StatusCode.ResourceExhausted, async () => await client.UnaryAsync(OfSize(1001), cancellationToken: Token));
        Assert.Equal(OfSize(1000), await client.UnaryAsync(OfSize(1000), cancellationToken: Token));
    }

    private static Item OfSize(int bytes)
    {
        // The field costs a tag and a two-byte length besides its content.
        var item = new Item { Payload = ByteString.CopyFrom(new byte[bytes - 3]) };
        Assert.Equal(bytes, item.CalculateSize());
        return item;
    }
}
