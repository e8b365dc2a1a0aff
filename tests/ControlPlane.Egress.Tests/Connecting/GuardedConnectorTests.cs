using System.Net;
using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Policy;
using ControlPlane.Egress.Tests.Peers;
using ControlPlane.Egress.Tests.Policy;
using ControlPlane.Testing;

namespace ControlPlane.Egress.Tests.Connecting;

public sealed class GuardedConnectorTests : IDisposable
{
    private const string Host = "hooks.example.com";
    private const string PublicAddress = "93.184.215.14";

    private readonly FakeDialer _network = new();
    private readonly TestClock _time = new();
    private readonly RemoteAddressLedger _ledger;

    public GuardedConnectorTests() => _ledger = new RemoteAddressLedger(_time);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _network.Dispose();

    [Fact]
    public async Task ConnectAsync_PublicAnswers_DialsExactlyThoseInOrder()
    {
        _network.Refuse(PublicAddress);
        var resolver = new FakeResolver($"{PublicAddress} 2606:4700:4700::1111 1.1.1.1");
        await using (var stream = await Connector(resolver).ConnectAsync(Host, 443, "", Cancelled))
        {
            Assert.Equal(IPAddress.Parse("2606:4700:4700::1111"), _ledger.Find(new Uri($"https://{Host}"), _time.GetTimestamp()));
        }

        Assert.Equal($"{PublicAddress}:443 [2606:4700:4700::1111]:443", _network.Dialed);
        Assert.Equal([Host], resolver.Asked);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_ledger.Find(new Uri($"https://{Host}"), _time.GetTimestamp()));
    }

    [Theory]
    [InlineData("10.0.0.1", "hooks.example.com leads to 10.0.0.1: private use (10.0.0.0/8).")]
    [InlineData("93.184.215.14 127.0.0.1", "hooks.example.com leads to 127.0.0.1: loopback (127.0.0.0/8).")]
    [InlineData("127.0.0.1 93.184.215.14", "hooks.example.com leads to 127.0.0.1: loopback (127.0.0.0/8).")]
    [InlineData("1.1.1.1 ::ffff:169.254.1.1", "hooks.example.com leads to ::ffff:169.254.1.1: link local (169.254.0.0/16).")]
    [InlineData("1.1.1.1 64:ff9b::a9fe:a9fe",
        "hooks.example.com leads to 64:ff9b::a9fe:a9fe: IPv4-IPv6 translation (64:ff9b::/96).")]
    [InlineData("2606:4700:4700::1111 fd00::1", "hooks.example.com leads to fd00::1: unique local (fc00::/7).")]
    public async Task ConnectAsync_AnyAnswerDenied_IsRefusedAndNothingIsDialed(string answer, string message)
    {
        var failure = await FailureAsync(Connector(new FakeResolver(answer)), Host, 443);
        Assert.Equal((EgressFailureKind.BlockedAddress, message), (failure.Kind, failure.Message));
        Assert.Empty(_network.Dialed);
    }

    [Fact]
    public async Task ConnectAsync_NameRebound_DialsOnlyWhatWasJudged()
    {
        var resolver = new FakeResolver(PublicAddress, "127.0.0.1");
        var connector = Connector(resolver);
        await using (await connector.ConnectAsync(Host, 443, "", Cancelled))
        {
            Assert.Equal($"{PublicAddress}:443", _network.Dialed);
            Assert.Single(resolver.Asked);
        }

        Assert.Equal(EgressFailureKind.BlockedAddress, (await FailureAsync(connector, Host, 443)).Kind);
        Assert.Equal($"{PublicAddress}:443", _network.Dialed);
        Assert.Equal(2, resolver.Asked.Count);
    }

    [Fact]
    public async Task ConnectAsync_NameDoesNotExist_IsADnsFailure() => Assert.Equal(
        new EgressFailure(EgressFailureKind.Dns, "hooks.example.com does not exist."),
        await FailureAsync(Connector(new FakeResolver("")), Host, 443));

    [Fact]
    public async Task ConnectAsync_EveryAddressRefuses_IsAConnectFailure()
    {
        _network.Refuse(PublicAddress);
        Assert.Equal(EgressFailureKind.Connect, (await FailureAsync(Connector(new FakeResolver(PublicAddress)), Host, 443)).Kind);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0x7f.1")]
    [InlineData("::1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("fe80::1%1")]
    public async Task ConnectAsync_DeniedLiteral_IsRefusedWithoutResolving(string host)
    {
        var resolver = new FakeResolver(PublicAddress);
        Assert.Equal(EgressFailureKind.BlockedAddress, (await FailureAsync(Connector(resolver), host, 443)).Kind);
        Assert.Empty(resolver.Asked);
        Assert.Empty(_network.Dialed);
    }

    [Fact]
    public async Task ConnectAsync_PortNotAllowed_IsRefusedWithoutResolving()
    {
        var resolver = new FakeResolver(PublicAddress);
        var failure = await FailureAsync(Connector(resolver), Host, 22);
        Assert.Equal(
            new EgressFailure(EgressFailureKind.BlockedAddress, "Port 22 is not allowed; allowed are 443, 1024-65535."), failure);
        Assert.Empty(resolver.Asked);
    }

    [Fact]
    public async Task ConnectAsync_OwnListener_IsRefusedInsideAnAllowedNetwork()
    {
        var addresses = Policies.Addresses([new IPEndPoint(IPAddress.IPv6Any, 7400)], "127.0.0.0/8");
        var connector = Connector(new FakeResolver("127.0.0.1"), addresses);
        var failure = await FailureAsync(connector, "receiver", 7400);
        Assert.Equal("receiver leads to 127.0.0.1: a listener of this server (port 7400).", failure.Message);
        await using var other = await connector.ConnectAsync("receiver", 7401, "", Cancelled);
        Assert.Equal("127.0.0.1:7401", _network.Dialed);
    }

    [Fact]
    public async Task ConnectAsync_OwnListenersNotYetKnown_WaitsForThem()
    {
        var own = new OwnListeners(() => []);
        var resolver = new FakeResolver("127.0.0.1");
        var connector = Connector(resolver, new AddressPolicy([IPNetwork.Parse("127.0.0.0/8")], own));
        var named = connector.ConnectAsync("receiver", 7400, "", Cancelled).AsTask();
        var literal = connector.ConnectAsync("127.0.0.1", 7400, "", Cancelled).AsTask();
        Assert.False(named.IsCompleted || literal.IsCompleted);
        Assert.Empty(resolver.Asked);

        own.Set([new IPEndPoint(IPAddress.Loopback, 7400)]);
        await Assert.ThrowsAsync<EgressException>(() => named);
        await Assert.ThrowsAsync<EgressException>(() => literal);
        Assert.Empty(_network.Dialed);
    }

    [Fact]
    public async Task ConnectAsync_ManyAnswers_JudgesAllAndDialsEight()
    {
        var answers = Enumerable.Range(1, 20).Select(i => $"93.184.215.{i}").ToList();
        answers.ForEach(_network.Refuse);
        await FailureAsync(Connector(new FakeResolver(string.Join(' ', answers))), Host, 443);
        Assert.Equal(string.Join(' ', answers.Take(8).Select(answer => $"{answer}:443")), _network.Dialed);

        var withPrivateLast = new FakeResolver(string.Join(' ', [.. answers, "10.0.0.1"]));
        Assert.Equal(EgressFailureKind.BlockedAddress, (await FailureAsync(Connector(withPrivateLast), Host, 443)).Kind);
    }

    private GuardedConnector Connector(INameResolver resolver, AddressPolicy? addresses = null) => new(
        new AddressGuard(resolver, addresses ?? Policies.Addresses(), Policies.Ports()),
        new StaggeredDialer(_network.DialAsync, _time),
        _ledger,
        new OpenSockets(int.MaxValue, _time));

    private static async Task<EgressFailure> FailureAsync(GuardedConnector connector, string host, int port) =>
        (await Assert.ThrowsAsync<EgressException>(async () => await connector.ConnectAsync(host, port, "", Cancelled))).Failure;
}
