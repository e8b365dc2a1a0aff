using System.Globalization;
using System.IO.Pipelines;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Hardening;
using ControlPlane.Server.Doors;
using ControlPlane.Testing;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ControlPlane.Server.Tests.Api.Hardening;

/// <summary>A message that never gets there is held for a while, and not longer, however steadily it comes.</summary>
public sealed class ArrivalTests
{
    private readonly TestClock _clock = new();
    private readonly UnfinishedBytes _unfinished;
    private readonly Pipe _body = new();
    private readonly Shape _shape = new();
    private bool _carriedOut;

    public ArrivalTests() => _unfinished = new(_clock);

    private enum Door
    {
        Http,
        Grpc,
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Message_ThatNeverEnds_IsRefusedAndItsRoomGivenBack(bool grpc)
    {
        var (context, calling) = Begin(grpc ? Door.Grpc : Door.Http);
        for (var passed = TimeSpan.Zero; passed < UnfinishedBytes.Arrival; passed += TimeSpan.FromSeconds(10))
        {
            Assert.False(calling.IsCompleted);
            await SendAsync(1_000);
            await Eventually.BecomesAsync(() => Task.FromResult(_unfinished.Total), total => total > 0, "the message to be charged");
            _clock.Advance(TimeSpan.FromSeconds(10));
        }

        await calling.WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken);

        Assert.Equal(
            grpc ? ((int)StatusCode.DeadlineExceeded).ToString(CultureInfo.InvariantCulture) : "REQUEST_TOO_SLOW",
            grpc ? context.Response.Headers["grpc-status"].ToString() : _shape.Error?.Reason);
        Assert.False(_carriedOut);
        Assert.Equal(0, _unfinished.Total);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Message_ThatEndsInTime_IsCarriedOut(bool grpc)
    {
        var (_, calling) = Begin(grpc ? Door.Grpc : Door.Http);
        await SendAsync(1_000);
        await Eventually.BecomesAsync(() => Task.FromResult(_unfinished.Total), total => total > 0, "the message to be charged");
        _clock.Advance(UnfinishedBytes.Arrival - TimeSpan.FromSeconds(1));
        await SendAsync(49_000);
        await _body.Writer.CompleteAsync();

        await calling.WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken);

        Assert.True(_carriedOut);
        Assert.Equal(0, _unfinished.Total);
    }

    [Fact]
    public async Task Message_ThatIsLongerThanItSaid_IsRefusedAndItsRoomGivenBack()
    {
        var (context, calling) = Begin(Door.Grpc);
        await SendAsync(1_000);
        await Eventually.BecomesAsync(() => Task.FromResult(_unfinished.Total), total => total > 0, "the message to be charged");
        await SendAsync(60_000);

        await calling.WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken);

        Assert.Equal(((int)StatusCode.Internal).ToString(CultureInfo.InvariantCulture), context.Response.Headers["grpc-status"]);
        Assert.False(_carriedOut);
        Assert.Equal(0, _unfinished.Total);
    }

    [Theory]
    [InlineData(typeof(IOException))]
    [InlineData(typeof(TaskCanceledException))]
    public async Task Message_WhoseCallerGoesAwayAfterIt_ReadsAsCancelled(Type reset)
    {
        var body = new ResetBody(_body.Reader, () => (Exception)Activator.CreateInstance(reset)!);
        RpcException? read = null;
        RpcException? advanced = null;
        var (_, calling) = Begin(Door.Grpc, body, async context =>
        {
            var reader = context.Request.BodyReader;
            var result = await reader.ReadAsync(TestContext.Current.CancellationToken);
            Assert.Equal(50_000, result.Buffer.Length);
            body.IsReset = true;
            advanced = Assert.Throws<RpcException>(() => reader.AdvanceTo(result.Buffer.End));
            read = await Assert.ThrowsAsync<RpcException>(async () => await reader.ReadAsync(TestContext.Current.CancellationToken));
            Assert.Throws<RpcException>(() => reader.TryRead(out _));
        });
        await SendAsync(50_000);
        await _body.Writer.CompleteAsync();

        await calling.WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken);

        Assert.Equal([StatusCode.Cancelled, StatusCode.Cancelled], [advanced?.StatusCode ?? default, read?.StatusCode ?? default]);
        Assert.Equal(0, _unfinished.Total);
    }

    [Fact]
    public async Task Body_WhoseCallerGoesAwayInTheMiddle_IsNotCarriedOut()
    {
        var body = new ResetBody(_body.Reader, () => new ConnectionResetException("")) { IsReset = true };
        var (context, calling) = Begin(Door.Http, body, _ => Task.CompletedTask);

        await calling.WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken);

        Assert.False(_carriedOut || context.RequestAborted.IsCancellationRequested);
        Assert.Null(_shape.Error);
    }

    [Fact]
    public async Task Body_WhoseCallerGoesAwayAfterIt_IsNoFailure()
    {
        var body = new ResetBody(_body.Reader, () => new ConnectionResetException(""));
        var (_, calling) = Begin(Door.Http, body, async context =>
        {
            body.IsReset = true;
            await context.Request.BodyReader.ReadAsync(TestContext.Current.CancellationToken);
        });
        await SendAsync(1_000);
        await _body.Writer.CompleteAsync();

        await calling.WaitAsync(Eventually.Limit, TestContext.Current.CancellationToken);

        Assert.True(_carriedOut);
        Assert.Equal(0, _unfinished.Total);
    }

    private (DefaultHttpContext Context, Task Calling) Begin(Door door) => Begin(door, _body.Reader, _ => Task.CompletedTask);

    private (DefaultHttpContext Context, Task Calling) Begin(Door door, PipeReader body, RequestDelegate carryOut)
    {
        var context = new DefaultHttpContext();
        context.Features.Set<IRequestBodyPipeFeature>(new BodyPipe(body));
        context.Request.Protocol = door == Door.Grpc ? "HTTP/2" : "HTTP/1.1";
        context.Request.ContentType = door == Door.Grpc ? "application/grpc" : "application/json";
        context.Connection.Id = "c1";
        Task CarryOut(HttpContext carried)
        {
            _carriedOut = true;
            return carryOut(carried);
        }

        if (door == Door.Http)
        {
            context.SetEndpoint(new(null, new(new BodyLimit(100_000), _shape), "door"));
            return (context, new BodyGate(CarryOut, _unfinished).InvokeAsync(context));
        }

        var method = new Method<byte[], byte[]>(
            MethodType.Unary, "controlplane.v1.EventService", "PublishEvent", Marshallers.Create(b => b, b => b), Marshallers.Create(b => b, b => b));
        context.SetEndpoint(new(null, new(new GrpcMethodMetadata(typeof(ArrivalTests), method)), "method"));
        return (context, new FrameGate(CarryOut, _unfinished, _ => "key_1").InvokeAsync(context));
    }

    /// <summary>Zeros; the first five are the frame of a message that ends with the 50,000th byte.</summary>
    private async Task SendAsync(int bytes)
    {
        var sent = new byte[bytes];
        if (_unfinished.Total == 0)
        {
            (sent[3], sent[4]) = (49_995 >> 8, 49_995 & 0xFF);
        }

        await _body.Writer.WriteAsync(sent);
    }

    private sealed class BodyPipe(PipeReader reader) : IRequestBodyPipeFeature
    {
        public PipeReader Reader => reader;
    }

    /// <summary>The body of a stream that its caller resets.</summary>
    private sealed class ResetBody(PipeReader body, Func<Exception> failure) : PipeReader
    {
        public bool IsReset { get; set; }

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
            IsReset ? throw failure() : body.ReadAsync(cancellationToken);

        public override bool TryRead(out ReadResult result) => IsReset ? throw failure() : body.TryRead(out result);

        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            if (IsReset)
            {
                throw failure();
            }

            body.AdvanceTo(consumed, examined);
        }

        public override void CancelPendingRead() => body.CancelPendingRead();

        public override void Complete(Exception? exception = null) => body.Complete(exception);
    }

    private sealed class Shape : IErrorShape
    {
        public RequestException? Error { get; private set; }

        public Task WriteAsync(HttpContext context, RequestException error)
        {
            Error = error;
            return Task.CompletedTask;
        }
    }
}
