using System.Net.Http.Headers;
using Grpc.Core;

namespace ControlPlane.Grpc.Tests.Calls;

/// <summary>Metadata in both directions, and what else the service sees of a call.</summary>
public sealed class HeaderTests : CallTest
{
    [Fact]
    public async Task RequestHeaders_TextAndBinary_ReachTheService()
    {
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        var seen = new TaskCompletionSource<Metadata>();
        await using var server = await ProbeServer.StartAsync(Recording(context => seen.SetResult(context.RequestHeaders)));

        await server.Client().UnaryAsync(
            Text(""), new Metadata { { "Color", "red" }, { "color", "blue" }, { "raw-bin", bytes } }, cancellationToken: Token);

        var headers = await seen.Task;
        Assert.Equal(bytes, headers.GetValueBytes("raw-bin"));
        // HTTP allows repeated fields to arrive as one, joined by commas.
        Assert.Equal("red, blue", string.Join(", ", headers.GetAll("color").Select(entry => entry.Value)));
    }

    [Fact]
    public async Task ResponseHeadersAndTrailers_FromService_ReachTheClient()
    {
        await using var server = await ProbeServer.StartAsync(new()
        {
            Unary = async (request, context) =>
            {
                await context.WriteResponseHeadersAsync(new Metadata { { "early", "yes" }, { "early-bin", [1] } });
                context.ResponseTrailers.Add("late", "too");
                context.ResponseTrailers.Add("late-bin", [2, 0]);
                return request;
            },
        });
        using var call = server.Client().UnaryAsync(Text(""), cancellationToken: Token);

        var headers = await call.ResponseHeadersAsync;
        await call;

        Assert.Equal("yes", headers.GetValue("early"));
        Assert.Equal([1], headers.GetValueBytes("early-bin"));
        Assert.Equal("too", call.GetTrailers().GetValue("late"));
        Assert.Equal([2, 0], call.GetTrailers().GetValueBytes("late-bin"));
        Assert.Null(headers.Get("late"));
    }

    [Fact]
    public async Task Trailers_BeforeTheCallEnds_AreRefused()
    {
        var release = new TaskCompletionSource();
        await using var server = await ProbeServer.StartAsync(new()
        {
            Download = async (_, responses, context) =>
            {
                await responses.WriteAsync(Number(1));
                await release.Task;
                context.ResponseTrailers.Add("late", "too");
            },
        });
        using var call = server.Client().Download(Text(""), cancellationToken: Token);
        await call.ResponseStream.MoveNext(Token);

        Assert.Throws<InvalidOperationException>(call.GetTrailers);
        release.SetResult();
        Assert.False(await call.ResponseStream.MoveNext(Token));

        Assert.Equal("too", call.GetTrailers().GetValue("late"));
    }

    [Fact]
    public async Task Context_OfACall_DescribesIt()
    {
        var seen = new TaskCompletionSource<(string Method, string Host, string Peer, bool Authenticated)>();
        await using var server = await ProbeServer.StartAsync(Recording(context =>
            seen.SetResult((context.Method, context.Host, context.Peer, context.AuthContext.IsPeerAuthenticated))));

        await server.Client().UnaryAsync(Text(""), cancellationToken: Token);

        var (method, host, peer, authenticated) = await seen.Task;
        Assert.Equal("/controlplane.probe.Probe/Unary", method);
        Assert.Equal(server.Address.Authority, host);
        Assert.StartsWith("ipv4:127.0.0.1:", peer, StringComparison.Ordinal);
        Assert.False(authenticated);
    }

    [Fact]
    public async Task CallCredentials_FromInterceptor_AreSentWithTheCall()
    {
        var seen = new TaskCompletionSource<string?>();
        await using var server = await ProbeServer.StartAsync(
            Recording(context => seen.SetResult(context.RequestHeaders.GetValue("authorization"))));
        var credentials = CallCredentials.Compose(
            CallCredentials.FromInterceptor((context, metadata) =>
            {
                metadata.Add("authorization", new AuthenticationHeaderValue("Bearer", context.MethodName).ToString());
                return Task.CompletedTask;
            }),
            CallCredentials.FromInterceptor((_, _) => Task.CompletedTask));

        var client = server.Client(options => options.UnsafeUseInsecureChannelCallCredentials = true);
        await client.UnaryAsync(Text(""), new CallOptions(credentials: credentials, cancellationToken: Token));

        Assert.Equal("Bearer Unary", await seen.Task);
    }

    private static ProbeHandlers Recording(Action<ServerCallContext> record) => new()
    {
        Unary = (request, context) =>
        {
            record(context);
            return Task.FromResult(request);
        },
    };
}
