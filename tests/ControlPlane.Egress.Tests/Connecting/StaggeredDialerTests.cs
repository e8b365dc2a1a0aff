using System.Net;
using System.Net.Sockets;
using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Tests.Peers;
using ControlPlane.Testing;

namespace ControlPlane.Egress.Tests.Connecting;

public sealed class StaggeredDialerTests : IDisposable
{
    /// <summary>A dialer that waits for the wrong thing waits for ever.</summary>
    private const int DeadlineMilliseconds = 60_000;

    private readonly FakeDialer _network = new();
    private readonly TestClock _time = new();

    public void Dispose() => _network.Dispose();

    [Fact(Timeout = DeadlineMilliseconds)]
    public async Task DialAsync_FirstAnswers_DialsNoOther()
    {
        var (socket, endpoint) = await DialAsync(TestContext.Current.CancellationToken, "192.0.2.1", "192.0.2.2");
        socket.Dispose();
        Assert.Equal("192.0.2.1:443", endpoint.ToString());
        Assert.Equal("192.0.2.1:443", _network.Dialed);
    }

    [Fact(Timeout = DeadlineMilliseconds)]
    public async Task DialAsync_FirstRefuses_DialsTheNextAtOnce()
    {
        _network.Refuse("192.0.2.1");
        var (socket, endpoint) = await DialAsync(TestContext.Current.CancellationToken, "192.0.2.1", "192.0.2.2");
        socket.Dispose();
        Assert.Equal("192.0.2.2:443", endpoint.ToString());
    }

    [Fact(Timeout = DeadlineMilliseconds)]
    public async Task DialAsync_FirstSwallowsPackets_DialsTheNextAfterItsHeadStart()
    {
        _network.Swallow("192.0.2.1");
        var dialing = DialAsync(TestContext.Current.CancellationToken, "192.0.2.1", "192.0.2.2");
        _time.Advance(StaggeredDialer.HeadStart - TimeSpan.FromTicks(1));
        Assert.Equal("192.0.2.1:443", _network.Dialed);

        _time.Advance(TimeSpan.FromTicks(1));
        var (socket, endpoint) = await dialing;
        socket.Dispose();
        Assert.Equal("192.0.2.2:443", endpoint.ToString());
        await _network.GivenUp("192.0.2.1").WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact(Timeout = DeadlineMilliseconds)]
    public async Task DialAsync_AllRefuse_FailsNamingTheLast()
    {
        _network.Refuse("192.0.2.1");
        _network.Refuse("192.0.2.2");
        var failure = await Assert.ThrowsAsync<EgressException>(
            () => DialAsync(TestContext.Current.CancellationToken, "192.0.2.1", "192.0.2.2"));
        Assert.Equal(
            new EgressFailure(EgressFailureKind.Connect, "192.0.2.2:443 refused the connection.", IPAddress.Parse("192.0.2.2")),
            failure.Failure);
        Assert.Equal("192.0.2.1:443 192.0.2.2:443", _network.Dialed);
    }

    [Fact(Timeout = DeadlineMilliseconds)]
    public async Task DialAsync_Cancelled_GivesUpEveryDial()
    {
        _network.Swallow("192.0.2.1");
        _network.Swallow("192.0.2.2");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var dialing = DialAsync(stop.Token, "192.0.2.1", "192.0.2.2");
        _time.Advance(StaggeredDialer.HeadStart);
        await _network.Reached("192.0.2.2").WaitAsync(TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dialing);
        await Task.WhenAll(_network.GivenUp("192.0.2.1"), _network.GivenUp("192.0.2.2")).WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact(Timeout = DeadlineMilliseconds)]
    public async Task DialAsync_LoserConnectsLate_IsClosed()
    {
        var late = _network.Hold("192.0.2.1");
        var dialing = DialAsync(TestContext.Current.CancellationToken, "192.0.2.1", "192.0.2.2");
        _time.Advance(StaggeredDialer.HeadStart);
        using var winner = (await dialing).Socket;
        Assert.True(winner.Connected);

        var loser = await _network.ConnectAsync();
        late.SetResult(loser);
        while (loser.Connected)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private Task<(Socket Socket, IPEndPoint Endpoint)> DialAsync(CancellationToken stop, params string[] addresses) =>
        new StaggeredDialer(_network.DialAsync, _time)
            .DialAsync([.. addresses.Select(address => new IPEndPoint(IPAddress.Parse(address), 443))], stop);
}
