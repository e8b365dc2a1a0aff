using Google.Protobuf;
using Grpc.Core;

namespace ControlPlane.Grpc.Tests.Calls;

/// <summary>The four shapes of a call, from a generated client to a generated service base.</summary>
public sealed class ShapeTests : CallTest
{
    private static readonly ProbeHandlers Handlers = new()
    {
        Unary = (request, _) => Task.FromResult(Text($"{request.Text}!")),
        Upload = async (requests, context) =>
        {
            var sum = 0;
            await foreach (var request in requests.ReadAllAsync(context.CancellationToken))
            {
                sum += request.Number;
            }

            return Number(sum);
        },
        Download = async (request, responses, context) =>
        {
            for (var i = 1; i <= request.Number; i++)
            {
                await responses.WriteAsync(Number(i), context.CancellationToken);
            }
        },
        Exchange = async (requests, responses, context) =>
        {
            while (await requests.MoveNext())
            {
                await responses.WriteAsync(Number(-requests.Current.Number));
            }
        },
    };

    [Fact]
    public async Task Unary_Request_IsAnswered()
    {
        await using var server = await ProbeServer.StartAsync(Handlers);

        using var call = server.Client().UnaryAsync(Text("hello"), cancellationToken: Token);

        Assert.Equal("hello!", (await call).Text);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Unary_Blocking_IsAnswered()
    {
        await using var server = await ProbeServer.StartAsync(Handlers);

        Assert.Equal("hello!", server.Client().Unary(Text("hello"), cancellationToken: Token).Text);
    }

    [Fact]
    public async Task Unary_ManyAtOnce_AreEachAnswered()
    {
        await using var server = await ProbeServer.StartAsync(Handlers);
        var client = server.Client();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(async i => (await client.UnaryAsync(Text($"{i}"), cancellationToken: Token)).Text));

        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i}!"), answers);
    }

    [Fact]
    public async Task Unary_MegabytesOfPayload_ArriveWhole()
    {
        var payload = new byte[3_000_000];
        new Random(1).NextBytes(payload);
        await using var server = await ProbeServer.StartAsync(new() { Unary = (request, _) => Task.FromResult(request) });

        var answer = await server.Client().UnaryAsync(
            new() { Payload = ByteString.CopyFrom(payload) }, cancellationToken: Token);

        Assert.Equal(payload, answer.Payload.ToByteArray());
    }

    [Fact]
    public async Task Upload_StreamOfRequests_IsAnsweredOnce()
    {
        await using var server = await ProbeServer.StartAsync(Handlers);
        using var call = server.Client().Upload(cancellationToken: Token);

        for (var i = 1; i <= 100; i++)
        {
            await call.RequestStream.WriteAsync(Number(i), Token);
        }

        await call.RequestStream.CompleteAsync();

        Assert.Equal(5050, (await call).Number);
    }

    [Fact]
    public async Task Download_Request_IsAnsweredByAStreamInOrder()
    {
        await using var server = await ProbeServer.StartAsync(Handlers);
        using var call = server.Client().Download(Number(100), cancellationToken: Token);

        var numbers = await call.ResponseStream.ReadAllAsync(Token).Select(item => item.Number).ToListAsync(Token);

        Assert.Equal(Enumerable.Range(1, 100), numbers);
    }

    [Fact]
    public async Task Download_NothingToSend_EndsWithOk()
    {
        await using var server = await ProbeServer.StartAsync(Handlers);
        using var call = server.Client().Download(Number(0), cancellationToken: Token);

        Assert.False(await call.ResponseStream.MoveNext(Token));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Exchange_EachRequest_IsAnsweredBeforeTheNext()
    {
        await using var server = await ProbeServer.StartAsync(Handlers);
        using var call = server.Client().Exchange(cancellationToken: Token);

        for (var i = 1; i <= 10; i++)
        {
            await call.RequestStream.WriteAsync(Number(i), Token);
            Assert.True(await call.ResponseStream.MoveNext(Token));
            Assert.Equal(-i, call.ResponseStream.Current.Number);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(Token));
    }

    [Fact]
    public async Task Method_NotOverridden_IsUnimplemented()
    {
        await using var server = await ProbeServer.StartAsync(new ProbeHandlers());

        await Fails(
            StatusCode.Unimplemented, async () => await server.Client().UnaryAsync(Text("hello"), cancellationToken: Token));
    }
}
