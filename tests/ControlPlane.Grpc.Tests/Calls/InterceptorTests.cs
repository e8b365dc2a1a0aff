using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace ControlPlane.Grpc.Tests.Calls;

/// <summary>Interceptors on both sides, around all four shapes.</summary>
public sealed class InterceptorTests : CallTest
{
    private static readonly ProbeHandlers Handlers = new()
    {
        Unary = (request, _) => Task.FromResult(request),
        Upload = async (requests, _) => await requests.MoveNext() ? requests.Current : Text("none"),
        Download = (request, responses, _) => responses.WriteAsync(request),
        Exchange = async (requests, responses, _) =>
        {
            await requests.MoveNext();
            await responses.WriteAsync(requests.Current);
        },
    };

    [Fact]
    public async Task ServerInterceptor_AllShapes_SeesEachCallAndItsMethod()
    {
        var journal = new Journal();
        await using var server = await Intercepted(journal);
        await CallAll(server.Client());

        Assert.Equal(
            ["server Unary", "server Upload", "server Download", "server Exchange"],
            journal.Entries);
    }

    [Fact]
    public async Task ClientInterceptor_AllShapes_SeesEachCallAndChangesItsHeaders()
    {
        var journal = new Journal();
        await using var server = await Intercepted(new Journal());
        var client = new Probe.Probe.ProbeClient(server.Channel().Intercept(new ClientRecorder("client", journal)));

        await CallAll(client);
        Assert.Equal("sync", client.Unary(Text("sync"), cancellationToken: Token).Text);

        Assert.Equal(
            ["client Unary", "client Upload", "client Download", "client Exchange", "client blocking Unary"], journal.Entries);
    }

    [Fact]
    public async Task ClientInterceptors_Several_RunFirstToLast()
    {
        var journal = new Journal();
        await using var server = await Intercepted(new Journal());
        var invoker = server.Channel().Intercept(new ClientRecorder("outer", journal), new ClientRecorder("inner", journal));

        await new Probe.Probe.ProbeClient(invoker).UnaryAsync(Text(""), cancellationToken: Token);

        Assert.Equal(["outer Unary", "inner Unary"], journal.Entries);
    }

    [Fact]
    public async Task ClientInterceptor_OfHeaders_AddsToThoseOfTheCall()
    {
        var seen = new ConcurrentQueue<string?>();
        await using var server = await ProbeServer.StartAsync(new()
        {
            Unary = (request, context) =>
            {
                seen.Enqueue(context.RequestHeaders.GetValue("own"));
                seen.Enqueue(context.RequestHeaders.GetValue("added"));
                return Task.FromResult(request);
            },
        });
        var client = new Probe.Probe.ProbeClient(server.Channel().Intercept(headers =>
        {
            headers.Add("added", "1");
            return headers;
        }));

        await client.UnaryAsync(Text(""), cancellationToken: Token);
        await client.UnaryAsync(Text(""), new Metadata { { "own", "2" } }, cancellationToken: Token);

        Assert.Equal([null, "1", "2", "1"], seen);
    }

    [Fact]
    public async Task ServerInterceptor_ThatRefuses_KeepsTheCallFromTheService()
    {
        var journal = new Journal { Refuses = true };
        await using var server = await Intercepted(journal);

        await Fails(
            StatusCode.PermissionDenied, async () => await server.Client().UnaryAsync(Text(""), cancellationToken: Token));
    }

    private static Task<ProbeServer> Intercepted(Journal journal) => ProbeServer.StartAsync(
        app => app.MapGrpcService<ProbeService>(),
        services => services.AddSingleton(Handlers).AddSingleton(journal)
            .AddGrpc(options => options.Interceptors.Add<ServerRecorder>()));

    private static async Task CallAll(Probe.Probe.ProbeClient client)
    {
        Assert.Equal("unary", (await client.UnaryAsync(Text("unary"), cancellationToken: Token)).Text);

        using var upload = client.Upload(cancellationToken: Token);
        await upload.RequestStream.WriteAsync(Text("upload"), Token);
        await upload.RequestStream.CompleteAsync();
        Assert.Equal("upload", (await upload).Text);

        using var download = client.Download(Text("download"), cancellationToken: Token);
        Assert.Equal("download", (await download.ResponseStream.ReadAllAsync(Token).SingleAsync(Token)).Text);

        using var exchange = client.Exchange(cancellationToken: Token);
        await exchange.RequestStream.WriteAsync(Text("exchange"), Token);
        await exchange.RequestStream.CompleteAsync();
        Assert.Equal("exchange", (await exchange.ResponseStream.ReadAllAsync(Token).SingleAsync(Token)).Text);
    }
}
