using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using ControlPlane.Faults.Tests.Receiving;
using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Faults.Tests;

/// <summary>Receivers that no connection comes about with.</summary>
public sealed class ConnectHangTests(SharedServer shared) : FaultTest(shared)
{
    private const string NoConnection = "No connection within 4 s: the name, the TCP connection or the TLS handshake took too long.";

    private static readonly Dictionary<string, Fault> Faults = new()
    {
        ["handshake hangs"] = Fault.TimesOut(0, NoConnection, c => c.HangAsync()) with { HasTls = false },
        ["no HTTP/2 settings"] = Fault.TimesOut(0, "within 4 s", c => c.HangAsync()) with { Protocols = [SslApplicationProtocol.Http2] },
        // RFC 9113, 6.5.2: SETTINGS_MAX_CONCURRENT_STREAMS. A request may be on its way before they are there.
        ["HTTP/2 without streams"] = Fault.TimesOut(0, "", async c =>
        {
            await new Http2Peer(c).BeginAsync((0x3, 0));
            await c.HangAsync();
        }) with
        {
            OrKinds = [FailureKind.Protocol],
            Protocols = [SslApplicationProtocol.Http2],
        },
    };

    public static TheoryData<string> Names => [.. Faults.Keys];

    [Theory, MemberData(nameof(Names))]
    public Task Deliver_ConnectingHangs_TimesOut(string name) => SufferAsync(Faults[name]);

    [Fact]
    public async Task Deliver_FullBacklog_TimesOut()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        // Nobody accepts, so the kernel keeps two connections and drops what else knocks.
        listener.Listen(1);
        var waiting = Enumerable.Range(0, 8).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToList();
        var connecting = waiting.ConvertAll(socket => socket.ConnectAsync(listener.LocalEndPoint!));
        await Eventually.BecomesAsync(
            () => Task.FromResult(connecting.Count(task => task.IsCompletedSuccessfully)), connected => connected >= 2, "the backlog to be full");

        await SufferAsync($"https://{listener.LocalEndPoint}/", Fault.TimesOut(0, NoConnection, _ => Task.CompletedTask));

        waiting.ForEach(socket => socket.Dispose());
        await Task.WhenAll(connecting).ContinueWith(_ => { }, TaskScheduler.Default);
    }
}
