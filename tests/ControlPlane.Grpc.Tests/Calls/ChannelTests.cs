using Grpc.Core;

namespace ControlPlane.Grpc.Tests.Calls;

/// <summary>The channel's own life. Its states are compiled into the client library as numbers.</summary>
public sealed class ChannelTests : CallTest
{
    [Fact]
    public async Task State_OfAChannel_FollowsItsConnection()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeHandlers());
        using var channel = server.Channel();

        Assert.Equal(ConnectivityState.Idle, channel.State);
        await channel.ConnectAsync(Token);
        Assert.Equal(ConnectivityState.Ready, channel.State);
        channel.Dispose();
        Assert.Equal(ConnectivityState.Shutdown, channel.State);
    }

    [Fact]
    public async Task Target_OfAChannel_IsTheServer()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeHandlers());

        Assert.Equal(server.Address.Authority, server.Channel().Target);
    }
}
