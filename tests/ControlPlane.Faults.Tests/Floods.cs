using System.IO.Compression;
using System.Net.Security;
using ControlPlane.Faults.Tests.Receiving;
using ControlPlane.V1;

namespace ControlPlane.Faults.Tests;

/// <summary>Receivers that answer far more than anybody needs. None may get rid of it all, whatever comes of the attempt.</summary>
internal static class Floods
{
    private const string HeadersTooLarge = "The answer's headers are larger than 64 KB.";
    private const string Http2TooLarge = "far more bytes over HTTP/2 than its answers need";
    private const string TooManyFrames = "far more SETTINGS and PING frames over HTTP/2 than its answers need";
    private const string Chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    private const long HundredMegabytes = 100L << 20;

    private static readonly byte[] Bomb = MakeBomb();

    public static IReadOnlyDictionary<string, Fault> All { get; } = new Dictionary<string, Fault>
    {
        ["body of 100 MB"] = Accepted(async c =>
        {
            await c.AnswerAsync($"HTTP/1.1 200 OK\r\nContent-Length: {HundredMegabytes}\r\n\r\n");
            await c.FloodAsync(new byte[64 * 1024], HundredMegabytes);
        }),
        ["error of 100 MB"] = new Fault(FailureKind.HttpStatus, 500, "answered 500 Internal Server Error", async c =>
        {
            await c.AnswerAsync($"HTTP/1.1 500 No\r\nContent-Length: {HundredMegabytes}\r\n\r\n");
            await c.FloodAsync(new byte[64 * 1024], HundredMegabytes);
        }) with
        {
            IsCutOff = true,
        },
        ["body without end"] = Accepted(async c =>
        {
            await c.AnswerAsync("HTTP/1.1 200 OK\r\n\r\n");
            await c.FloodAsync("no end ");
        }),
        ["chunks without end"] = Accepted(async c =>
        {
            await c.AnswerAsync(Chunked);
            await c.FloodAsync("4\r\nmore\r\n");
        }),
        ["chunks of one byte"] = Accepted(async c =>
        {
            await c.AnswerAsync(Chunked);
            await c.FloodAsync("1\r\nx\r\n");
        }),
        ["chunk extensions"] = Accepted(async c =>
        {
            await c.AnswerAsync(Chunked);
            await c.FloodAsync($"1;{new string('x', 8000)}\r\nx\r\n");
        }),
        ["gzip bomb"] = Fault.Success(200, c => AnswerAsync(
            c, $"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {Bomb.Length}\r\n\r\n", Bomb)),
        ["500 headers"] = TooLarge(0, HeadersTooLarge, async c =>
        {
            await c.AnswerAsync("HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Range(0, 500).Select(i => $"X-{i}: {new string('x', 90)}\r\n")));
            await c.FloodAsync("X-More: x\r\n");
        }),
        ["one header of 1 MB"] = TooLarge(0, HeadersTooLarge, async c =>
        {
            await c.AnswerAsync("HTTP/1.1 200 OK\r\nX-Long: ");
            await c.FloodAsync(FaultConnection.Repeat("x"), 1 << 20);
            await c.FloodAsync("x");
        }),
        ["status line without end"] = TooLarge(0, HeadersTooLarge, async c =>
        {
            await c.AnswerAsync("HTTP/1.1 200 ");
            await c.FloodAsync("O");
        }),
        ["interim answers without end"] = TooLarge(0, HeadersTooLarge, async c =>
        {
            await c.ReadRequestAsync();
            await c.FloodAsync("HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n");
        }),
        ["interim answers without headers"] = TooLarge(0, HeadersTooLarge, async c =>
        {
            await c.ReadRequestAsync();
            await c.FloodAsync("HTTP/1.1 100 Continue\r\n\r\n");
        }),
        ["trailers without end"] = Accepted(async c =>
        {
            await c.AnswerAsync(Chunked + "2\r\nok\r\n0\r\n");
            await c.FloodAsync("X-Trailer: x\r\n");
        }),
        // Beyond the window of 64 KB it is against the rules as well, and other requests on the connection go down with it.
        ["HTTP/2 body without end"] = new Fault(FailureKind.HttpStatus, null, "", Http2(async (peer, stream) =>
        {
            await peer.WriteAsync(Http2Peer.Headers, Http2Peer.EndHeaders, stream, Http2Peer.Failed);
            await peer.FloodAsync(Http2Peer.Data, 0, stream, new byte[8000]);
        })) with
        {
            OrKinds = [FailureKind.Protocol, FailureKind.ResponseTooLarge],
            Protocols = [SslApplicationProtocol.Http2],
            IsCutOff = true,
        },
        // The flood may be noticed before the status.
        ["HTTP/2 empty data"] = Accepted(Http2(async (peer, stream) =>
        {
            await peer.WriteAsync(Http2Peer.Headers, Http2Peer.EndHeaders, stream, Http2Peer.Ok);
            await peer.FloodAsync(Http2Peer.Data, 0, stream);
        })) with
        {
            Status = null,
            OrKinds = [FailureKind.Protocol, FailureKind.ResponseTooLarge],
            Protocols = [SslApplicationProtocol.Http2],
        },
        ["HTTP/2 interim answers"] = OverHttp2(0, HeadersTooLarge, (peer, stream) =>
            peer.FloodAsync(Http2Peer.Headers, Http2Peer.EndHeaders, stream, Http2Peer.EarlyHints)),
        ["HTTP/2 continuations"] = OverHttp2(0, HeadersTooLarge, async (peer, stream) =>
        {
            await peer.WriteAsync(Http2Peer.Headers, 0, stream, Http2Peer.Ok);
            // A literal header, name "x", of 1,000 bytes.
            byte[] header = [0x00, 0x01, (byte)'x', 0x7f, 0xe9, 0x06, .. Enumerable.Repeat((byte)'x', 1000)];
            await peer.FloodAsync(Http2Peer.Continuation, 0, stream, header);
        }) with
        {
            // That the connection is ended over it may be noticed before why.
            OrKinds = [FailureKind.Protocol],
            Message = "",
        },
        ["HTTP/2 settings"] = OverHttp2(0, TooManyFrames, (peer, _) => peer.FloodAsync(Http2Peer.Settings, 0, 0)),
        ["HTTP/2 pings"] = OverHttp2(0, TooManyFrames, (peer, _) => peer.FloodAsync(Http2Peer.Ping, 0, 0, new byte[8])),
        ["HTTP/2 window updates"] = OverHttp2(0, Http2TooLarge, (peer, _) => peer.FloodAsync(Http2Peer.WindowUpdate, 0, 0, Http2Peer.Number(1))),
    };

    private static Fault Accepted(Func<FaultConnection, Task> behave) => Fault.Success(200, behave) with { IsCutOff = true };

    private static Fault TooLarge(int? status, string message, Func<FaultConnection, Task> behave) =>
        new(FailureKind.ResponseTooLarge, status, message, behave) { IsCutOff = true };

    private static Fault OverHttp2(int? status, string message, Func<Http2Peer, int, Task> answer) =>
        TooLarge(status, message, Http2(answer)) with { Protocols = [SslApplicationProtocol.Http2] };

    /// <summary>From the first request on nothing is read any more.</summary>
    private static Func<FaultConnection, Task> Http2(Func<Http2Peer, int, Task> answer) => async c =>
    {
        var peer = new Http2Peer(c);
        await peer.BeginAsync();
        await answer(peer, await peer.RequestAsync());
    };

    private static async Task AnswerAsync(FaultConnection connection, string head, byte[] body)
    {
        await connection.AnswerAsync(head);
        await connection.WriteAsync(body);
    }

    /// <summary>100 MB of zeros in 100 KB.</summary>
    private static byte[] MakeBomb()
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal))
        {
            for (var i = 0; i < 100; i++)
            {
                gzip.Write(new byte[1 << 20]);
            }
        }

        return bytes.ToArray();
    }
}
