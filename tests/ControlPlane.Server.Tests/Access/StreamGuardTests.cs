using ControlPlane.Server.Access;
using ControlPlane.Server.Tests.Api;
using ControlPlane.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.Server.Tests.Access;

/// <summary>A call can end between the check of its credential and the write that follows.</summary>
public sealed class StreamGuardTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Write_Fails_IsACancellationOnlyIfTheCallHasEnded(bool ends)
    {
        using var ended = new CancellationTokenSource();
        var http = new DefaultHttpContext();
        http.Features.Set(new Admission(new Caller("key_1", null, Scopes.All), _ => ValueTask.CompletedTask));
        var context = new FakeCallContext(DateTime.MaxValue, ended.Token);
        context.UserState["__HttpContext"] = http;
        var stream = new CompleteStream(() => ends ? ended.CancelAsync() : Task.CompletedTask);

        var failure = await Record.ExceptionAsync(() => new StreamGuard().ServerStreamingServerHandler<WatchDeliveriesRequest, WatchDeliveriesResponse>(
            new(), stream, context, (_, guarded, _) => guarded.WriteAsync(new())));

        Assert.IsType(ends ? typeof(OperationCanceledException) : typeof(InvalidOperationException), failure);
    }

    /// <summary>A stream whose call ends just before the write.</summary>
    private sealed class CompleteStream(Func<Task> end) : IServerStreamWriter<WatchDeliveriesResponse>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(WatchDeliveriesResponse message) => WriteAsync(message, CancellationToken.None);

        public async Task WriteAsync(WatchDeliveriesResponse message, CancellationToken cancellationToken)
        {
            await end();
            throw new InvalidOperationException("Can't write the message because the request is complete.");
        }
    }
}
