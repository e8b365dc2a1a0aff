using Grpc.Core;
using Grpc.Net.Client;

namespace ControlPlane.Grpc.Tests.Calls;

/// <summary>How calls end other than well: deadlines, cancellation and failures.</summary>
public sealed class EndingTests : CallTest
{
    [Fact]
    public async Task Deadline_Passes_EndsTheCallOnBothSides()
    {
        var seen = new TaskCompletionSource<DateTime>();
        var cancelled = new TaskCompletionSource();
        await using var server = await ProbeServer.StartAsync(new()
        {
            Unary = async (request, context) =>
            {
                if (request.Text == "wait")
                {
                    seen.SetResult(context.Deadline);
                    await UntilCancelled(context);
                    cancelled.SetResult();
                }

                return request;
            },
        });
        var client = server.Client();
        // The first call connects and compiles; the second has only to arrive before its deadline.
        await client.UnaryAsync(Text(""), cancellationToken: Token);
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(1);

        await Fails(
            StatusCode.DeadlineExceeded,
            async () => await client.UnaryAsync(Text("wait"), deadline: deadline, cancellationToken: Token));

        Assert.Equal(deadline, await seen.Task.WaitAsync(Patience, Token), TimeSpan.FromMinutes(1));
        await cancelled.Task.WaitAsync(Patience, Token);
    }

    [Fact]
    public async Task Deadline_None_IsTheEndOfTime()
    {
        var seen = new TaskCompletionSource<DateTime>();
        await using var server = await ProbeServer.StartAsync(new()
        {
            Unary = (request, context) =>
            {
                seen.SetResult(context.Deadline);
                return Task.FromResult(request);
            },
        });

        await server.Client().UnaryAsync(Text(""), cancellationToken: Token);

        Assert.Equal(DateTime.MaxValue, await seen.Task);
    }

    [Fact]
    public async Task Deadline_InThePast_FailsWithoutReachingTheServer()
    {
        var reached = false;
        await using var server = await ProbeServer.StartAsync(new()
        {
            Unary = (request, _) =>
            {
                reached = true;
                return Task.FromResult(request);
            },
        });

        await Fails(
            StatusCode.DeadlineExceeded,
            async () => await server.Client().UnaryAsync(Text(""), deadline: DateTime.UnixEpoch, cancellationToken: Token));

        Assert.False(reached);
    }

    [Fact]
    public async Task Cancellation_ByClient_ReachesTheServer()
    {
        var cancelled = new TaskCompletionSource();
        await using var server = await ProbeServer.StartAsync(new()
        {
            Download = async (_, responses, context) =>
            {
                await responses.WriteAsync(Number(1));
                await UntilCancelled(context);
                cancelled.SetResult();
            },
        });
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using var call = server.Client().Download(Text(""), cancellationToken: giveUp.Token);
        Assert.True(await call.ResponseStream.MoveNext(Token));

        await giveUp.CancelAsync();

        await Fails(StatusCode.Cancelled, () => call.ResponseStream.MoveNext(Token));
        await cancelled.Task.WaitAsync(Patience, Token);
    }

    [Fact]
    public async Task Dispose_OfARunningCall_ReachesTheServer()
    {
        var cancelled = new TaskCompletionSource();
        await using var server = await ProbeServer.StartAsync(new()
        {
            Exchange = async (_, responses, context) =>
            {
                await responses.WriteAsync(Number(1));
                await UntilCancelled(context);
                cancelled.SetResult();
            },
        });

        using (var call = server.Client().Exchange(cancellationToken: Token))
        {
            Assert.True(await call.ResponseStream.MoveNext(Token));
        }

        await cancelled.Task.WaitAsync(Patience, Token);
    }

    [Fact]
    public async Task RpcException_FromService_ArrivesWithStatusAndTrailers()
    {
        await using var server = await ProbeServer.StartAsync(new()
        {
            Unary = (_, _) => throw new RpcException(
                new Status(StatusCode.FailedPrecondition, "not now: 50 % é"),
                new Metadata { { "reason", "closed" }, { "details-bin", [0, 1, 254, 255] } }),
        });

        var failure = await Fails(
            StatusCode.FailedPrecondition, async () => await server.Client().UnaryAsync(Text(""), cancellationToken: Token));

        Assert.Equal("not now: 50 % é", failure.Status.Detail);
        Assert.Equal("closed", failure.Trailers.GetValue("reason"));
        Assert.Equal([0, 1, 254, 255], failure.Trailers.GetValueBytes("details-bin"));
    }

    [Fact]
    public async Task RpcException_AfterSomeResponses_ArrivesAfterThem()
    {
        await using var server = await ProbeServer.StartAsync(new()
        {
            Download = async (_, responses, _) =>
            {
                await responses.WriteAsync(Number(1));
                throw new RpcException(new Status(StatusCode.DataLoss, "gone"));
            },
        });
        using var call = server.Client().Download(Text(""), cancellationToken: Token);

        Assert.True(await call.ResponseStream.MoveNext(Token));
        await Fails(StatusCode.DataLoss, () => call.ResponseStream.MoveNext(Token));

        Assert.Equal("gone", call.GetStatus().Detail);
    }

    [Fact]
    public async Task Status_SetByService_EndsTheCallWithIt()
    {
        await using var server = await ProbeServer.StartAsync(new()
        {
            Unary = (request, context) =>
            {
                context.Status = new Status(StatusCode.AlreadyExists, "there");
                return Task.FromResult(request);
            },
        });

        var failure = await Fails(
            StatusCode.AlreadyExists, async () => await server.Client().UnaryAsync(Text(""), cancellationToken: Token));

        Assert.Equal("there", failure.Status.Detail);
    }

    [Fact]
    public async Task Server_Unreachable_IsUnavailableWithTheCause()
    {
        var server = await ProbeServer.StartAsync(new ProbeHandlers());
        var client = new Probe.Probe.ProbeClient(GrpcChannel.ForAddress(server.Address));
        await server.DisposeAsync();

        var failure = await Fails(
            StatusCode.Unavailable, async () => await client.UnaryAsync(Text(""), cancellationToken: Token));

        Assert.NotNull(failure.Status.DebugException);
        Assert.Same(failure.Status.DebugException, failure.InnerException);
    }

    private static async Task UntilCancelled(ServerCallContext context)
    {
        var cancelled = new TaskCompletionSource();
        await using var registration = context.CancellationToken.Register(cancelled.SetResult);
        await cancelled.Task;
    }
}
