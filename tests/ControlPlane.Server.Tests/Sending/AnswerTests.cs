using System.Text;
using ControlPlane.Egress.Policy;
using ControlPlane.Egress.Tests.Peers;
using ControlPlane.Storage;
using static ControlPlane.Egress.Tests.Peers.ScriptedReceiver;

namespace ControlPlane.Server.Tests.Sending;

/// <summary>An answer is its status, whatever becomes of its body.</summary>
public sealed class AnswerTests : IDisposable
{
    private readonly SenderRig _rig = new(excerptTimeout: TimeSpan.FromMilliseconds(50));

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData("Content-Length: 100\r\n\r\nthanks", true, "thanks")]
    [InlineData("Content-Length: 100\r\n\r\nthanks", false, "thanks")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n6\r\nthanks\r\n", true, "thanks")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n6\r\nthanks\r\n", false, "thanks")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nxyz\r\n", false, "")]
    [InlineData("Content-Type: text/event-stream\r\n\r\ndata: 1\n\n", false, "data: 1\n\n")]
    public async Task Send_BodyEndsNeverOrTooEarly_StatusDecides(string answer, bool hangs, string excerpt)
    {
        foreach (var (status, failure) in new[] { (200, FailureKind.None), (503, FailureKind.HttpStatus), (302, FailureKind.Redirect) })
        {
            using var receiver = _rig.Receive(async (connection, _) =>
            {
                await ReadRequestAsync(connection);
                await connection.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} x\r\n{answer}"));
                if (hangs)
                {
                    await DrainAsync(connection);
                }
            });
            var outcome = await _rig.SendAsync(receiver.Port);
            Assert.Equal((status, failure, excerpt), (outcome.StatusCode, outcome.Failure, outcome.ResponseExcerpt));
        }
    }

    [Fact]
    public async Task Send_SwitchingProtocols_IsAFailureWithoutWaitingForMore()
    {
        using var receiver = _rig.Receive(async (connection, _) =>
        {
            await ReadRequestAsync(connection);
            await connection.WriteAsync("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"u8.ToArray());
            await DrainAsync(connection);
        });
        var outcome = await _rig.SendAsync(receiver.Port);
        Assert.Equal((101, FailureKind.HttpStatus), (outcome.StatusCode, outcome.Failure));
    }

    [Fact]
    public async Task Send_EndlessBody_StatusDecides()
    {
        using var receiver = _rig.Receive(async (connection, _) =>
        {
            await ReadRequestAsync(connection);
            await connection.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray());
            while (true)
            {
                await connection.WriteAsync(new byte[1000]);
            }
        });
        Assert.True((await _rig.SendAsync(receiver.Port)).Succeeded);
    }

    [Fact]
    public async Task Send_SixtyKilobytesOfHeaders_AreBorne()
    {
        using var receiver = _rig.Receive(async (connection, _) =>
        {
            await ReadRequestAsync(connection);
            await connection.WriteAsync(Encoding.ASCII.GetBytes(
                $"HTTP/1.1 200 OK\r\nContent-Security-Policy: {new string('x', 60_000)}\r\nContent-Length: 2\r\n\r\nok"));
            await DrainAsync(connection);
        });
        var outcome = await _rig.SendAsync(receiver.Port);
        Assert.Equal((FailureKind.None, "ok"), (outcome.Failure, outcome.ResponseExcerpt));
    }

    [Fact]
    public async Task Send_SwitchingProtocols_FailsAtOnce()
    {
        using var receiver = _rig.Receive(async (connection, _) =>
        {
            await ReadRequestAsync(connection);
            await connection.WriteAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"u8.ToArray());
            await DrainAsync(connection);
        });
        var outcome = await _rig.SendAsync(receiver.Port);
        Assert.Equal((101, FailureKind.HttpStatus), (outcome.StatusCode, outcome.Failure));
    }

    [Fact]
    public async Task Send_AnyRequest_AcceptsEverything()
    {
        string? head = null;
        using var receiver = _rig.Receive(async (connection, _) =>
        {
            head = await ReadRequestAsync(connection);
            await connection.WriteAsync("HTTP/1.1 204 x\r\n\r\n"u8.ToArray());
        });
        Assert.True((await _rig.SendAsync(receiver.Port)).Succeeded);
        Assert.Contains("\r\nAccept: */*\r\n", head);
    }

    [Theory]
    [InlineData("/a?x=%c3%bc%2f")]
    [InlineData("/?p=%2E%2E%2Fa")]
    [InlineData("/%41")]
    [InlineData("/a/./b/../c//d")]
    [InlineData("/a%2e%2e/b?c=d&&e=/?+%20")]
    [InlineData("/{a}|b^c`d\"<e>[f]'")]
    [InlineData("/;a=b?~-._!$&'()*+,;=:@")]
    public async Task Send_PathAndQuery_GoOutAsWritten(string target)
    {
        string? head = null;
        using var receiver = _rig.Receive(async (connection, _) =>
        {
            head = await ReadRequestAsync(connection);
            await connection.WriteAsync("HTTP/1.1 204 x\r\n\r\n"u8.ToArray());
        });
        var url = _rig.Get<UrlPolicy>().Check($"https://{EgressRig.Host}:{receiver.Port}{target}").Url!.AbsoluteUri;
        Assert.EndsWith($":{receiver.Port}{target}", url);
        Assert.True((await _rig.SendAsync(receiver.Port, url[url.LastIndexOf($":{receiver.Port}", StringComparison.Ordinal)..][$":{receiver.Port}".Length..])).Succeeded);
        Assert.StartsWith($"POST {target} HTTP/1.1\r\n", head);
    }
}
