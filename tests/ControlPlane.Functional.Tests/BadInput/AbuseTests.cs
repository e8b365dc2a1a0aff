using ControlPlane.Functional.Tests.EveryRpc;
using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.BadInput;

/// <summary>Clients that misuse HTTP/2 itself: they harm nobody but themselves. On a server of its own, whose log must stay clean.</summary>
public sealed class AbuseTests(SharedServer shared)
{
    private const string Publish = "/controlplane.v1.EventService/PublishEvent";
    private const long MostMemory = 256 << 20;

    [Fact]
    public async Task RapidReset_OthersAreServed()
    {
        // CVE-2023-44487: streams that are opened and reset do not count as open, while the server works on them.
        const int Streams = 20_000;
        await using var server = await ServerProcess.StartAsync(shared.Receiver);
        var before = server.PeakMemory;
        await using var attacker = await RawHttp2.ConnectAsync(server.Setup.Grpc);
        for (var i = 0; i < Streams && await attacker.OpenAndResetAsync(Publish); i++)
        {
        }

        await AssertServesAsync(server);
        var after = server.PeakMemory;
        Assert.True(after - before < MostMemory, $"The server grew from {before} to {after} bytes.");
        server.Log.AssertClean();
        // Now and then the library does not let go of such a connection until the time to stop is over.
        server.Kill();
        Assert.Equal(ServerRun.KilledExitCode, await server.ExitAsync());
    }

    [Fact]
    public async Task Stranger_WhoseMessageNeverEnds_IsAnsweredAtOnce()
    {
        foreach (var key in new[] { null, "cpk_nobody_has_this_key_0123456789_0123456789" })
        {
            using var raw = new RawGrpc(shared.Server.Setup.Grpc, key);

            var answer = await raw.CallAsync(Publish, new StalledContent(RawGrpc.Frame(new byte[64], declared: 4 << 20)));

            Assert.Equal(StatusCode.Unauthenticated, answer.Status);
        }
    }

    [Fact]
    public async Task Stranger_WithALargeMessage_LearnsWhy()
    {
        // The answer comes while the message is still on its way.
        using var stranger = shared.Server.Connect("cpk_nobody_has_this_key_0123456789_0123456789");
        var request = new PublishEventRequest { Event = TestTenant.NewEvent(e => e.Payload = ByteString.CopyFrom(new byte[3 << 20])) };
        for (var i = 0; i < 20; i++)
        {
            (await Refusal.OfAsync(stranger.Events.PublishEventAsync(request))).Is(StatusCode.Unauthenticated, "API_KEY_INVALID");
        }
    }

    [Fact]
    public async Task Message_ThatDoesNotGoOn_IsGivenUp()
    {
        using var tenant = await TestTenant.CreateAsync(shared.Server);
        using var raw = new RawGrpc(shared.Server.Setup.Grpc, tenant.Key);

        var end = await Record.ExceptionAsync(() => raw.CallAsync(Publish, new StalledContent(RawGrpc.Frame(new byte[64], declared: 1 << 20))));

        // By the server: the client would have waited longer, and said so by a TimeoutException inside. What the server resets
        // can also end in this client as the cancellation of the body that it was still writing.
        Assert.True(end is HttpRequestException or IOException or OperationCanceledException { InnerException: not TimeoutException }, $"{end}");
        shared.Server.Log.AssertClean();
    }

    [Fact]
    public async Task Message_WhoseClientGoesInBetween_LeavesNoErrorInTheLog()
    {
        await using var server = await ServerProcess.StartAsync(shared.Receiver);
        using var furnished = await Furnished.CreateAsync(server, shared.Receiver);
        foreach (var target in Target.All(furnished))
        {
            using var raw = new RawGrpc(server.Setup.Grpc, ServerSetup.PlatformKey);
            foreach (var beginning in new byte[][] { [], [0, 0], RawGrpc.Frame(target.Valid, declared: (uint)target.Valid.Length + 1) })
            {
                var body = new StalledContent(beginning);
                var call = raw.CallAsync(target.Path, body);
                // A stream of questions is answered before it ends.
                await Task.WhenAny(body.Begun, call);
                raw.Abort();
                await Record.ExceptionAsync(() => call);
            }
        }

        await AssertServesAsync(server);
    }

    private async Task AssertServesAsync(ServerProcess server)
    {
        using var furnished = await Furnished.CreateAsync(server, shared.Receiver);
        Assert.NotEmpty(await furnished.DescribeAsync());
    }
}
