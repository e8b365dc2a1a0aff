using System.Net.Security;
using ControlPlane.Faults.Tests.Receiving;
using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Faults.Tests;

/// <summary>Receivers that break off streams and connections of HTTP/2, or do not keep to it. Floods are in <see cref="FloodTests"/>.</summary>
public sealed class Http2Tests(SharedServer shared) : FaultTest(shared)
{
    private const string BrokenOff = "The receiver broke off the HTTP/2 stream, or did not keep to HTTP/2.";

    private const string FellBack = "over HTTP/2 the connection failed with ";

    private const int NoError = 0;
    private const int InternalError = 2;
    private const int RefusedStream = 7;
    private const int EnhanceYourCalm = 11;

    private static readonly Dictionary<string, Fault> Faults = new()
    {
        ["RST_STREAM"] = Protocol(0, (peer, stream) => ResetAsync(peer, stream, InternalError)),
        ["RST_STREAM without an error"] = Protocol(0, (peer, stream) => ResetAsync(peer, stream, NoError)),
        // Then a request may be sent again at once, and is, once.
        ["RST_STREAM, always refused"] = Protocol(0, (peer, stream) => ResetAsync(peer, stream, RefusedStream)) with { Message = "refused the request unread" },
        // A reset may overtake the answer before it.
        ["RST_STREAM in the body"] = Fault.Success(200, Serve(once: false, async (peer, stream) =>
        {
            await peer.WriteAsync(Http2Peer.Headers, Http2Peer.EndHeaders, stream, Http2Peer.Ok);
            await peer.WriteAsync(Http2Peer.Data, 0, stream, (byte)'x');
            await ResetAsync(peer, stream, InternalError);
        })) with
        {
            Status = null,
            OrKinds = [FailureKind.Protocol],
        },
        // The connection is closed as well, which may be noticed first.
        ["GOAWAY for the request"] = Protocol(0, (peer, stream) => GoAwayAsync(peer, stream, EnhanceYourCalm), once: true) with { Message = "" },
        ["GOAWAY, never taken"] = Protocol(0, (peer, _) => GoAwayAsync(peer, 0, NoError), once: true) with { Message = "" },
        // What was sent before it arrived is answered too (RFC 9113, 6.8).
        ["GOAWAY after the answer"] = Fault.Success(200, Serve(once: false, async (peer, stream) =>
        {
            await peer.WriteAsync(Http2Peer.Headers, Http2Peer.EndHeaders | Http2Peer.EndStream, stream, Http2Peer.Ok);
            await GoAwayAsync(peer, int.MaxValue, NoError);
        })) with
        { MayBeSentTwice = true },
        ["a frame of 1 MB"] = Protocol(0, (peer, stream) => peer.WriteAsync(Http2Peer.Data, 0, stream, new byte[1 << 20])) with { Message = FellBack },
        ["a stream nobody opened"] = Protocol(0, (peer, _) =>
            peer.WriteAsync(Http2Peer.Headers, Http2Peer.EndHeaders | Http2Peer.EndStream, 9_999_999, Http2Peer.Ok)) with
        { Message = FellBack },
        ["an answer to no ping"] = Protocol(0, (peer, _) => peer.WriteAsync(Http2Peer.Ping, Http2Peer.Ack, 0, new byte[8])) with { Message = FellBack },
        ["headers that cannot be unpacked"] = Protocol(0, (peer, stream) =>
            peer.WriteAsync(Http2Peer.Headers, Http2Peer.EndHeaders | Http2Peer.EndStream, stream, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)) with
        { Message = "is not valid HTTP" },
        ["data before headers"] = Protocol(0, (peer, stream) => peer.WriteAsync(Http2Peer.Data, Http2Peer.EndStream, stream, (byte)'x')) with { Message = FellBack },
        // Nothing is read any more, as if the other end had vanished; the deadline is far away.
        ["no sign of life"] = new Fault(FailureKind.Protocol, 0, "", async c =>
        {
            var peer = new Http2Peer(c);
            await peer.BeginAsync();
            await peer.RequestAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, c.Stopped);
        }),
        ["HTTP/1.1 instead"] = new Fault(FailureKind.Protocol, 0, "", c => c.WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")),
    };

    public static TheoryData<string> Names => [.. Faults.Keys];

    [Theory, MemberData(nameof(Names))]
    public Task Deliver_Http2Fault_IsTold(string name) => SufferAsync(Faults[name] with { Protocols = [SslApplicationProtocol.Http2] });

    private static Fault Protocol(int? status, Func<Http2Peer, int, Task> answer, bool once = false) =>
        new(FailureKind.Protocol, status, BrokenOff, Serve(once, answer));

    /// <param name="once">The connection is closed after the first answer.</param>
    /// <param name="answer">What is done with a request on a stream.</param>
    private static Func<FaultConnection, Task> Serve(bool once, Func<Http2Peer, int, Task> answer) => async c =>
    {
        var peer = new Http2Peer(c);
        await peer.BeginAsync();
        do
        {
            await answer(peer, await peer.RequestAsync());
        }
        while (!once);
    };

    private static Task ResetAsync(Http2Peer peer, int stream, int error) =>
        peer.WriteAsync(Http2Peer.RstStream, 0, stream, Http2Peer.Number(error));

    private static Task GoAwayAsync(Http2Peer peer, int lastStream, int error) =>
        peer.WriteAsync(Http2Peer.GoAway, 0, 0, [.. Http2Peer.Number(lastStream), .. Http2Peer.Number(error)]);
}
