using ControlPlane.Faults.Tests.Receiving;
using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Faults.Tests;

/// <summary>Receivers that break off, or answer something else than HTTP.</summary>
public sealed class BrokenAnswerTests(SharedServer shared) : FaultTest(shared)
{
    private const string Ended = "The receiver closed the connection before its answer was complete.";
    private const string NotHttp = "The receiver's answer is not valid HTTP.";
    private const string Broke = "The connection to the receiver broke.";

    private static readonly Dictionary<string, Fault> Faults = new()
    {
        // The reset may be there before the server knows that it is connected.
        ["reset before TLS"] = Tls(c => Then(c.Reset)) with { OrKinds = [FailureKind.Connect], Message = "" },
        ["close before TLS"] = Tls(_ => Task.CompletedTask),
        ["reset in the handshake"] = Tls(async c =>
        {
            await c.Stream.ReadExactlyAsync(new byte[16], c.Stopped);
            c.Reset();
        }),
        ["reset before the answer"] = Protocol(0, Broke, async c =>
        {
            await c.ReadRequestAsync();
            c.Reset();
        }),
        ["reset in the headers"] = Protocol(0, "", async c =>
        {
            await c.AnswerAsync("HTTP/1.1 200 OK\r\nX: ");
            c.Reset();
        }),
        // A reset may take back what was sent before it.
        ["reset in the body"] = Fault.Success(200, async c =>
        {
            await c.AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
            c.Reset();
        }) with
        {
            Status = null,
            OrKinds = [FailureKind.Protocol],
        },
        ["close before the answer"] = Protocol(0, Ended, c => c.AnswerAsync("")),
        ["close in the status line"] = Protocol(0, Ended, c => c.AnswerAsync("HTTP/1.1 20")),
        ["close in the headers"] = Protocol(0, Ended, c => c.AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n")),
        ["close after an interim answer"] = Protocol(0, Ended, c => c.AnswerAsync("HTTP/1.1 100 Continue\r\n\r\n")),
        // The status decides, whatever comes of the body.
        ["close in the body"] = Fault.Success(200, c => c.AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")) with { Excerpt = "half" },
        ["close in a chunk"] = Fault.Success(200, c => c.AnswerAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\nhalf")) with { Excerpt = "half" },
        ["chunk without a size"] = Fault.Success(200, c => c.AnswerAndHangAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nsize\r\n")),
        ["garbage"] = Protocol(0, NotHttp, c => c.AnswerAndHangAsync("\u0001\u0002\u0003 who is there?\r\n\r\n")),
        ["another protocol"] = Protocol(0, NotHttp, c => c.AnswerAndHangAsync("220 mail.example.com ESMTP\r\n")),
        ["unknown version"] = Protocol(0, NotHttp, c => c.AnswerAndHangAsync("HTTP/4.2 200 OK\r\nContent-Length: 0\r\n\r\n")),
        ["header without a colon"] = Protocol(0, NotHttp, c => c.AnswerAndHangAsync("HTTP/1.1 200 OK\r\nnonsense\r\n\r\n")),
        ["HTTP/1.0"] = Fault.Success(200, c => c.AnswerAsync("HTTP/1.0 200 OK\r\n\r\nthanks")) with { Excerpt = "thanks" },
        ["gzip that is none"] = Fault.Success(200, c => c.AnswerAllAsync("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 6\r\n\r\nthanks")) with
        {
            Excerpt = "(6 bytes, packed: gzip)",
        },
        ["length too short"] = Fault.Success(200, c => c.AnswerAllAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")) with { Excerpt = "ok" },
        ["unreadable length"] = Fault.Success(200, c => c.AnswerAsync("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nok")) with { Excerpt = "ok" },
    };

    public static TheoryData<string> Names => [.. Faults.Keys];

    [Theory, MemberData(nameof(Names))]
    public Task Deliver_BrokenAnswer_IsTold(string name) => SufferAsync(Faults[name]);

    private static Fault Protocol(int? status, string message, Func<FaultConnection, Task> behave) =>
        new(FailureKind.Protocol, status, message, behave);

    private static Fault Tls(Func<FaultConnection, Task> behave) =>
        new(FailureKind.Tls, 0, "The TLS handshake failed: the receiver ", behave) { HasTls = false };

    private static Task Then(Action act)
    {
        act();
        return Task.CompletedTask;
    }
}
