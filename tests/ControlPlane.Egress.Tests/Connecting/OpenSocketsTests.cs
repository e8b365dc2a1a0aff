using System.Net.Sockets;
using ControlPlane.Egress.Connecting;
using ControlPlane.Testing;

namespace ControlPlane.Egress.Tests.Connecting;

public sealed class OpenSocketsTests
{
    private readonly TestClock _time = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CreateAsync_NoneLeft_IdleOriginsGiveWayTheOldestFirst()
    {
        var sockets = new OpenSockets(2, _time);
        var first = new Connection(await CreateAsync(sockets), sockets, "first");
        var second = new Connection(await CreateAsync(sockets), sockets, "second");
        sockets.Use("first", 443).Dispose();

        using var third = await CreateAsync(sockets);

        Assert.Equal((false, true, 2), (first.IsClosed, second.IsClosed, sockets.Count));
        first.Dispose();
        Assert.Equal(1, sockets.Count);
    }

    [Fact]
    public async Task CreateAsync_NoneIdle_WaitsForOneThatIsClosedOrFallsIdle()
    {
        var sockets = new OpenSockets(2, _time);
        var busy = new Connection(await CreateAsync(sockets), sockets, "busy");
        var use = sockets.Use("busy", 443);
        var unnamed = await CreateAsync(sockets);

        var one = CreateAsync(sockets);
        var other = CreateAsync(sockets);
        Assert.False(one.IsCompleted);
        unnamed.Dispose();
        (await one).Dispose();
        (await other).Dispose();
        Assert.False(busy.IsClosed);

        using var last = await CreateAsync(sockets);
        var waiting = CreateAsync(sockets);
        use.Dispose();
        (await waiting).Dispose();
        Assert.True(busy.IsClosed);
    }

    [Fact]
    public async Task CreateAsync_NoneInTime_FailsAsConnect()
    {
        var sockets = new OpenSockets(1, _time);
        var only = await CreateAsync(sockets);
        var waiting = CreateAsync(sockets);

        _time.Advance(OpenSockets.LongestWait);

        var failure = (await Assert.ThrowsAsync<EgressException>(() => waiting)).Failure;
        Assert.Equal(EgressFailureKind.Connect, failure.Kind);
        Assert.Equal("No connection was made: all 1 that this server's limit of open files leaves room for are in use.", failure.Message);
        only.Dispose();
        (await CreateAsync(sockets)).Dispose();
        Assert.Equal(0, sockets.Count);
    }

    [Fact]
    public async Task CreateAsync_Cancelled_TakesNoPlace()
    {
        var sockets = new OpenSockets(1, _time);
        using var stop = new CancellationTokenSource();
        var only = await CreateAsync(sockets);
        var waiting = sockets.CreateAsync(AddressFamily.InterNetwork, stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        only.Dispose();
        Assert.Equal(0, sockets.Count);
    }

    private static Task<Socket> CreateAsync(OpenSockets sockets) => sockets.CreateAsync(AddressFamily.InterNetwork, Cancelled);

    private sealed class Connection : IDisposable
    {
        private readonly Socket _socket;
        private readonly OpenSockets _sockets;
        private readonly string _host;

        public Connection(Socket socket, OpenSockets sockets, string host)
        {
            (_socket, _sockets, _host) = (socket, sockets, host);
            sockets.Opened(host, 443, this);
        }

        public bool IsClosed { get; private set; }

        public void Dispose()
        {
            IsClosed = true;
            _sockets.Closed(_host, 443, this);
            _socket.Dispose();
        }
    }
}
