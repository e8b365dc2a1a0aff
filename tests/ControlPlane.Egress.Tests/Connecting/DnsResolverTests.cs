using System.Net;
using System.Net.Sockets;
using ControlPlane.Egress.Connecting;

namespace ControlPlane.Egress.Tests.Connecting;

public sealed class DnsResolverTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ResolveAsync_Localhost_GivesLoopback()
    {
        using var resolver = new DnsResolver(Dns.GetHostAddresses);
        var answer = await resolver.ResolveAsync("localhost", Cancelled);
        Assert.NotEmpty(answer.Addresses);
        Assert.All(answer.Addresses, address => Assert.True(IPAddress.IsLoopback(address)));
    }

    [Fact]
    public async Task ResolveAsync_NameTooLong_IsAFault()
    {
        using var resolver = new DnsResolver(Dns.GetHostAddresses);
        Assert.Equal("is not a name that can be resolved", (await resolver.ResolveAsync(new string('a', 300), Cancelled)).Fault);
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, "does not exist")]
    [InlineData(SocketError.NoData, "has no address")]
    [InlineData(SocketError.TryAgain, "could not be resolved: its name servers did not answer")]
    [InlineData(SocketError.NoRecovery, "could not be resolved")]
    public async Task ResolveAsync_LookupFails_GivesItsFault(SocketError error, string fault)
    {
        using var resolver = new DnsResolver(_ => throw new SocketException((int)error));
        var answer = await resolver.ResolveAsync("hooks.example.com", Cancelled);
        Assert.Empty(answer.Addresses);
        Assert.Equal(fault, answer.Fault);
    }

    [Fact]
    public async Task ResolveAsync_NoAddresses_IsAFault()
    {
        using var resolver = new DnsResolver(_ => []);
        Assert.Equal("has no address", (await resolver.ResolveAsync("hooks.example.com", Cancelled)).Fault);
    }

    [Fact]
    public async Task ResolveAsync_SilentName_IsLookedUpOnceAndDelaysNoOther()
    {
        using var released = new ManualResetEventSlim();
        var silentLookups = 0;
        using var resolver = new DnsResolver(host =>
        {
            if (host == "silent.example.com")
            {
                Interlocked.Increment(ref silentLookups);
                released.Wait(Cancelled);
            }

            return [IPAddress.Loopback];
        });
        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var first = resolver.ResolveAsync("silent.example.com", impatient.Token).AsTask();
        var second = resolver.ResolveAsync("silent.example.com", Cancelled).AsTask();

        Assert.Single((await resolver.ResolveAsync("other.example.com", Cancelled)).Addresses);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(second.IsCompleted);

        released.Set();
        Assert.Single((await second).Addresses);
        Assert.Equal(1, silentLookups);
        Assert.Single((await resolver.ResolveAsync("silent.example.com", Cancelled)).Addresses);
        Assert.Equal(2, silentLookups);
    }
}
