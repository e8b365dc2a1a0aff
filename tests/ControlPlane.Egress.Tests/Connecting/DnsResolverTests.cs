using System.Net;
using System.Net.Sockets;
using ControlPlane.Egress.Connecting;
using ControlPlane.Testing;

namespace ControlPlane.Egress.Tests.Connecting;

public sealed class DnsResolverTests
{
    private readonly TestClock _clock = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ResolveAsync_Localhost_GivesLoopback()
    {
        var resolver = new DnsResolver(Dns.GetHostAddresses, _clock);
        var answer = await resolver.ResolveAsync("localhost", "ten_1", Cancelled);
        Assert.NotEmpty(answer.Addresses);
        Assert.All(answer.Addresses, address => Assert.True(IPAddress.IsLoopback(address)));
    }

    [Fact]
    public async Task ResolveAsync_NameTooLong_IsAFault()
    {
        var resolver = new DnsResolver(Dns.GetHostAddresses, _clock);
        Assert.Equal("is not a name that can be resolved", (await resolver.ResolveAsync(new string('a', 300), "ten_1", Cancelled)).Fault);
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, "does not exist")]
    [InlineData(SocketError.NoData, "has no address")]
    [InlineData(SocketError.TryAgain, "could not be resolved: its name servers did not answer")]
    [InlineData(SocketError.NoRecovery, "could not be resolved")]
    public async Task ResolveAsync_LookupFails_GivesItsFault(SocketError error, string fault)
    {
        var resolver = new DnsResolver(_ => throw new SocketException((int)error), _clock);
        var answer = await resolver.ResolveAsync("hooks.example.com", "ten_1", Cancelled);
        Assert.Empty(answer.Addresses);
        Assert.Equal(fault, answer.Fault);
    }

    [Fact]
    public async Task ResolveAsync_NoAddresses_IsAFault()
    {
        var resolver = new DnsResolver(_ => [], _clock);
        Assert.Equal("has no address", (await resolver.ResolveAsync("hooks.example.com", "ten_1", Cancelled)).Fault);
    }

    [Fact]
    public async Task ResolveAsync_SilentName_IsLookedUpOnceAndDelaysNoOther()
    {
        using var released = new ManualResetEventSlim();
        var silentLookups = 0;
        var resolver = new DnsResolver(host =>
        {
            if (host == "silent.example.com")
            {
                Interlocked.Increment(ref silentLookups);
                released.Wait(Cancelled);
            }

            return [IPAddress.Loopback];
        }, _clock);
        using var impatient = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var first = resolver.ResolveAsync("silent.example.com", "ten_1", impatient.Token).AsTask();
        var second = resolver.ResolveAsync("silent.example.com", "ten_1", Cancelled).AsTask();

        Assert.Single((await resolver.ResolveAsync("other.example.com", "ten_1", Cancelled)).Addresses);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(second.IsCompleted);

        released.Set();
        Assert.Single((await second).Addresses);
        Assert.Equal(1, silentLookups);
        Assert.Single((await resolver.ResolveAsync("silent.example.com", "ten_1", Cancelled)).Addresses);
        Assert.Equal(2, silentLookups);
    }

    /// <summary>A tenant with hundreds of names that nobody answers for must not keep others from resolving theirs.</summary>
    [Fact]
    public async Task ResolveAsync_OneOwnersSilentNames_LeaveRoomForOthersAndEndWithTheirAttempts()
    {
        using var released = new ManualResetEventSlim();
        var begun = 0;
        var resolver = new DnsResolver(host =>
        {
            if (host.StartsWith("silent", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref begun);
                released.Wait(Cancelled);
            }

            return [IPAddress.Loopback];
        }, _clock);
        using var attempts = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var silent = Enumerable.Range(0, 400)
            .Select(i => resolver.ResolveAsync($"silent-{i}.example.com", "hostile", attempts.Token).AsTask())
            .ToArray();

        Assert.Single((await resolver.ResolveAsync("hooks.example.com", "modest", Cancelled)).Addresses);
        await attempts.CancelAsync();
        foreach (var attempt in silent)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => attempt);
        }

        released.Set();
        Assert.Single((await resolver.ResolveAsync("other.example.com", "hostile", Cancelled)).Addresses);
        Assert.InRange(begun, 0, DnsResolver.MaxLookupsPerOwner);
    }

    [Theory]
    [InlineData(SocketError.HostNotFound, 5)]
    [InlineData(SocketError.TryAgain, 20)]
    public async Task ResolveAsync_NameWithoutAnswer_IsRememberedForAShortWhile(SocketError error, int seconds)
    {
        var lookups = 0;
        var resolver = new DnsResolver(_ => ++lookups > 1 ? [IPAddress.Loopback] : throw new SocketException((int)error), _clock);
        for (var i = 0; i < 3; i++)
        {
            Assert.NotNull((await resolver.ResolveAsync("hooks.example.com", "ten_1", Cancelled)).Fault);
        }

        Assert.Equal(1, lookups);
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        Assert.Single((await resolver.ResolveAsync("hooks.example.com", "ten_1", Cancelled)).Addresses);
    }

    [Fact]
    public void UnansweredNames_ManyOfThem_AreForgotten()
    {
        var names = new UnansweredNames(_clock);
        for (var i = 0; i <= UnansweredNames.Capacity; i++)
        {
            names.Add($"{i}.example.com", "does not exist", isSilent: true);
        }

        Assert.Null(names.Find("0.example.com"));
        Assert.NotNull(names.Find($"{UnansweredNames.Capacity}.example.com"));
    }
}
