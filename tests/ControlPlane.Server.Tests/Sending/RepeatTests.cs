using System.Net.Security;
using System.Text;
using ControlPlane.Egress.Tests.Peers;
using ControlPlane.Storage;
using static ControlPlane.Egress.Tests.Peers.ScriptedReceiver;

namespace ControlPlane.Server.Tests.Sending;

/// <summary>When a request goes out a second time within its attempt, and that it never goes out a third time.</summary>
public sealed class RepeatTests : IDisposable
{
    private const uint HttpRequired = 0xd;
    private const uint RefusedStream = 0x7;

    private static readonly byte[] Ok = [.. "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8];

    private readonly SenderRig _rig = new();
    private int _requests;

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task Send_ReusedConnectionDiesUnanswered_GoesOutAgainOnAFreshOne()
    {
        using var receiver = _rig.Receive(async (connection, number) =>
        {
            for (var left = number == 1 ? 2 : 1; await ReadRequestAsync(connection) is not null; left--)
            {
                Interlocked.Increment(ref _requests);
                if (number == 1 && left == 1)
                {
                    return;
                }

                await connection.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\nconnection {number}"));
                await connection.WriteAsync(Encoding.ASCII.GetBytes(new string('.', 28)));
            }
        });
        var first = await _rig.SendAsync(receiver.Port);
        var second = await _rig.SendAsync(receiver.Port);
        Assert.Equal((true, ""), (first.Succeeded, first.Message));
        Assert.True(second.Succeeded, second.Message);
        Assert.StartsWith("Sent twice:", second.Message, StringComparison.Ordinal);
        // The client may open a connection that it has no use for in the end, so that the fresh one need not be the second.
        Assert.Matches(@"\Aconnection [2-9]\.{28}\z", second.ResponseExcerpt);
        Assert.Equal(3, _requests);
    }

    [Fact]
    public async Task Send_FreshConnectionDies_IsAFailure()
    {
        using var receiver = _rig.Receive(async (connection, _) =>
        {
            await CountAsync(connection);
        });
        var outcome = await _rig.SendAsync(receiver.Port);
        Assert.Equal((FailureKind.Protocol, 1), (outcome.Failure, _requests));
    }

    [Fact]
    public async Task Send_EveryConnectionDies_GoesOutTwice()
    {
        using var receiver = _rig.Receive(async (connection, number) =>
        {
            await CountAsync(connection);
            if (number == 1)
            {
                await connection.WriteAsync(Ok);
                await CountAsync(connection);
            }
        });
        Assert.True((await _rig.SendAsync(receiver.Port)).Succeeded);
        var outcome = await _rig.SendAsync(receiver.Port);
        Assert.Equal((FailureKind.Protocol, 3), (outcome.Failure, _requests));
        Assert.Contains("Sent twice:", outcome.Message);
    }

    [Fact]
    public async Task Send_AnswerBreaksOff_IsAFailure()
    {
        using var receiver = _rig.Receive(async (connection, _) =>
        {
            for (var i = 1; await ReadRequestAsync(connection) is not null; i++)
            {
                Interlocked.Increment(ref _requests);
                await connection.WriteAsync(i == 1 ? Ok : [.. "HTTP/1.1 2"u8]);
                if (i == 2)
                {
                    return;
                }
            }
        });
        Assert.True((await _rig.SendAsync(receiver.Port)).Succeeded);
        Assert.Equal((FailureKind.Protocol, 2), ((await _rig.SendAsync(receiver.Port)).Failure, _requests));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Send_StreamRefusedOnce_GoesOutAgain(bool byGoAway)
    {
        using var receiver = _rig.ReceiveHttp2((peer, number) => ServeAsync(peer, refuse: number == 1, byGoAway));
        var outcome = await _rig.SendAsync(receiver.Port);
        Assert.True(outcome.Succeeded, outcome.Message);
        Assert.StartsWith("Sent twice:", outcome.Message, StringComparison.Ordinal);
        Assert.Equal(2, _requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Send_StreamRefusedAlways_GoesOutTwice(bool byGoAway)
    {
        using var receiver = _rig.ReceiveHttp2((peer, _) => ServeAsync(peer, refuse: true, byGoAway));
        Assert.Equal((FailureKind.Protocol, 2), ((await _rig.SendAsync(receiver.Port)).Failure, _requests));
    }

    [Fact]
    public async Task Send_ReusedHttp2ConnectionDies_GoesOutAgain()
    {
        using var receiver = _rig.ReceiveHttp2(async (peer, number) =>
        {
            await peer.GreetAsync();
            for (var i = 1; ; i++)
            {
                var stream = await peer.ReadRequestAsync();
                Interlocked.Increment(ref _requests);
                if (number == 1 && i == 2)
                {
                    return;
                }

                await peer.AnswerAsync(stream);
            }
        });
        Assert.True((await _rig.SendAsync(receiver.Port)).Succeeded);
        var outcome = await _rig.SendAsync(receiver.Port);
        Assert.True(outcome.Succeeded, outcome.Message);
        Assert.Equal(3, _requests);
    }

    [Theory]
    [InlineData("reset", "HTTP_1_1_REQUIRED")]
    [InlineData("goaway", "HTTP_1_1_REQUIRED")]
    [InlineData("origin", "PROTOCOL_ERROR")]
    [InlineData("priority update", "PROTOCOL_ERROR")]
    [InlineData("0x42", "PROTOCOL_ERROR")]
    public async Task Send_Http2Fails_FallsBackToHttp11ForTheOrigin(string fault, string reason)
    {
        var http1 = 0;
        var http2 = 0;
        using var receiver = new ScriptedReceiver(_rig.Certificate, async (connection, _) =>
        {
            if (connection.NegotiatedApplicationProtocol != SslApplicationProtocol.Http2)
            {
                while (await ReadRequestAsync(connection) is not null)
                {
                    Interlocked.Increment(ref http1);
                    await connection.WriteAsync(Ok);
                }

                return;
            }

            var peer = new Http2Peer(connection);
            await peer.GreetAsync();
            if (fault is "origin" or "priority update" or "0x42")
            {
                await peer.WriteAsync((byte)(fault switch { "origin" => 0xc, "0x42" => 0x42, _ => 0x10 }), 0, 0, [0, 0, 0, 0]);
            }

            var stream = await peer.ReadRequestAsync();
            Interlocked.Increment(ref http2);
            await (fault switch
            {
                "reset" => peer.ResetAsync(stream, HttpRequired),
                "goaway" => peer.GoAwayAsync(0, HttpRequired),
                _ => peer.AnswerAsync(stream),
            });
            await peer.DrainAsync();
        }, SslApplicationProtocol.Http2, SslApplicationProtocol.Http11);
        for (var i = 0; i < 3; i++)
        {
            var outcome = await _rig.SendAsync(receiver.Port);
            Assert.True(outcome.Succeeded, outcome.Message);
            Assert.StartsWith("HTTP/1.1 is used until ", outcome.Message, StringComparison.Ordinal);
            Assert.Contains(reason, outcome.Message);
        }

        Assert.Equal(3, http1);
        Assert.InRange(http2, 0, 1);
    }

    /// <summary>The client may close a connection that it has no use for in the end.</summary>
    private async Task CountAsync(Stream connection)
    {
        if (await ReadRequestAsync(connection) is not null)
        {
            Interlocked.Increment(ref _requests);
        }
    }

    private async Task ServeAsync(Http2Peer peer, bool refuse, bool byGoAway)
    {
        await peer.GreetAsync();
        while (true)
        {
            var stream = await peer.ReadRequestAsync();
            Interlocked.Increment(ref _requests);
            await (!refuse ? peer.AnswerAsync(stream) : byGoAway ? peer.GoAwayAsync(stream - 2 < 0 ? 0 : stream - 2, 0) : peer.ResetAsync(stream, RefusedStream));
        }
    }
}
