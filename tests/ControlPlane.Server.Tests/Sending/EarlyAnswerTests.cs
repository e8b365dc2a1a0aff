using System.Collections.Concurrent;
using System.Text;
using ControlPlane.Egress.Tests.Peers;
using ControlPlane.Storage;
using ControlPlane.Testing;
using static ControlPlane.Egress.Tests.Peers.ScriptedReceiver;

namespace ControlPlane.Server.Tests.Sending;

/// <summary>Receivers that answer before they have read the request, or that do not read it at all.</summary>
public sealed class EarlyAnswerTests : IDisposable
{
    private const ushort InitialWindowSize = 4;
    private const int Window = 65_535;

    /// <summary>More than the buffers of a connection on this machine take.</summary>
    private static readonly string Large = $"\"{new string('x', 24 << 20)}\"";

    private static readonly byte[] Status413 = [0x08, 3, .. "413"u8];

    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose() => _over.TrySetResult();

    [Theory]
    [InlineData("", true)]
    [InlineData("", false)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n", true)]
    public async Task Send_Http11AnswerBeforeTheBodyIsRead_IsHeard(string before, bool closes)
    {
        using var rig = new SenderRig();
        var requests = 0;
        using var receiver = rig.Receive(async (connection, _) =>
        {
            if (await ReadHeadAsync(connection) is null)
            {
                return;
            }

            Interlocked.Increment(ref requests);
            await connection.WriteAsync(Encoding.ASCII.GetBytes($"{before}HTTP/1.1 413 x\r\nContent-Length: 9\r\n\r\ntoo large"));
            await (closes ? Task.CompletedTask : _over.Task);
        });
        for (var i = 1; i <= 2; i++)
        {
            var outcome = await rig.SendAsync(receiver.Port, payload: Large);
            Assert.Equal((413, FailureKind.HttpStatus, "too large"), (outcome.StatusCode, outcome.Failure, outcome.ResponseExcerpt));
            Assert.Equal(i, Volatile.Read(ref requests));
        }
    }

    [Fact]
    public async Task Send_Http11AnswerFirst_RestOfTheBodyIsSent()
    {
        using var rig = new SenderRig(NoTimePasses());
        var requests = new ConcurrentQueue<int>();
        using var receiver = rig.Receive(async (connection, number) =>
        {
            while (await ReadHeadAsync(connection) is { } head)
            {
                requests.Enqueue(number);
                await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
                await ReadBodyAsync(connection, head);
            }
        });
        for (var i = 0; i < 2; i++)
        {
            var outcome = await rig.SendAsync(receiver.Port, payload: Large);
            Assert.Equal((true, ""), (outcome.Succeeded, outcome.Message));
        }

        Assert.Equal(2, requests.Count);
        Assert.Single(requests.Distinct());
    }

    [Theory]
    [InlineData("reset")]
    [InlineData("silence")]
    [InlineData("goodbye")]
    public async Task Send_Http2AnswerBeforeTheBodyIsRead_IsHeard(string then)
    {
        using var rig = new SenderRig();
        using var receiver = rig.ReceiveHttp2(async (peer, _) =>
        {
            await peer.GreetAsync();
            var stream = await peer.ReadHeadersAsync();
            await peer.WriteAsync(Http2Peer.Headers, Http2Peer.EndHeaders | Http2Peer.EndStream, stream, Status413);
            if (then == "reset")
            {
                await peer.ResetAsync(stream, 0);
            }

            if (then == "goodbye")
            {
                await peer.GoAwayAsync(stream, 0);
                return;
            }

            await peer.DrainAsync();
        });
        var outcome = await rig.SendAsync(receiver.Port, payload: Large);
        Assert.Equal((413, FailureKind.HttpStatus), (outcome.StatusCode, outcome.Failure));
    }

    [Fact]
    public async Task Send_Http2AnswerFirst_RestOfTheBodyIsSent()
    {
        using var rig = new SenderRig(NoTimePasses());
        var received = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var receiver = rig.ReceiveHttp2(async (peer, _) =>
        {
            await peer.GreetAsync();
            var stream = await peer.ReadHeadersAsync();
            await peer.AnswerAsync(stream);
            received.SetResult(await ReadAllAsync(peer, stream));
            await peer.DrainAsync();
        });
        var outcome = await rig.SendAsync(receiver.Port, payload: Large);
        Assert.Equal((true, ""), (outcome.Succeeded, outcome.Message));
        Assert.Equal(Large.Length, await received.Task);
    }

    /// <summary>The settings arrive before or after the request is begun, so it is tried more than once.</summary>
    [Fact]
    public async Task Send_Http2WindowIsClosedAtFirst_RequestGoesOutAllTheSame()
    {
        using var rig = new SenderRig();
        for (var i = 0; i < 20; i++)
        {
            using var receiver = rig.ReceiveHttp2(async (peer, _) =>
            {
                await peer.GreetAsync((InitialWindowSize, 0));
                for (var sent = 0; ; sent++)
                {
                    var stream = await peer.ReadHeadersAsync();
                    await ReadAllAsync(peer, stream);
                    await peer.AnswerAsync(stream);
                }
            });
            for (var sent = 0; sent < 2; sent++)
            {
                var outcome = await rig.SendAsync(receiver.Port);
                Assert.Equal((true, ""), (outcome.Succeeded, outcome.Message));
            }
        }
    }

    /// <summary>The wall clock is right, as certificates need it.</summary>
    private static TestClock NoTimePasses()
    {
        var clock = new TestClock();
        clock.Step(TimeProvider.System.GetUtcNow() - clock.GetUtcNow());
        return clock;
    }

    /// <summary>Opens the windows as the body comes, and returns its length.</summary>
    private static async Task<int> ReadAllAsync(Http2Peer peer, int stream)
    {
        await peer.OpenAsync(0, Window);
        await peer.OpenAsync(stream, Window);
        var length = 0;
        while (true)
        {
            var (type, flags, _, payload) = await peer.ReadAsync();
            if (type == Http2Peer.Data)
            {
                length += payload.Length;
                if ((flags & Http2Peer.EndStream) != 0)
                {
                    return length;
                }

                if (payload.Length > 0)
                {
                    await peer.OpenAsync(0, payload.Length);
                    await peer.OpenAsync(stream, payload.Length);
                }
            }
        }
    }
}
