using Grpc.Core;

namespace ControlPlane.Grpc.Tests.Types;

public sealed class CallOptionsTests
{
    [Fact]
    public void With_EachOption_ChangesACopy()
    {
        using var source = new CancellationTokenSource();
        var headers = new Metadata();
        var write = new WriteOptions(WriteFlags.BufferHint);
        var credentials = CallCredentials.FromInterceptor((_, _) => Task.CompletedTask);
        var none = default(CallOptions);

        var all = none.WithHeaders(headers).WithDeadline(DateTime.UnixEpoch).WithCancellationToken(source.Token)
            .WithWriteOptions(write).WithCredentials(credentials).WithWaitForReady();

        Assert.Same(headers, all.Headers);
        Assert.Equal(DateTime.UnixEpoch, all.Deadline);
        Assert.Equal(source.Token, all.CancellationToken);
        Assert.Same(write, all.WriteOptions);
        Assert.Same(credentials, all.Credentials);
        Assert.True(all.IsWaitForReady);
        Assert.False(all.WithWaitForReady(false).IsWaitForReady);
        Assert.Null(none.Headers);
        Assert.Null(none.Deadline);
        Assert.False(none.IsWaitForReady);
    }

    [Fact]
    public void WriteOptions_Default_HasNoFlags() => Assert.Equal(default, WriteOptions.Default.Flags);

    [Fact]
    public void ContextPropagationOptions_Default_PassesEverythingOn()
    {
        Assert.True(ContextPropagationOptions.Default.IsPropagateDeadline);
        Assert.True(ContextPropagationOptions.Default.IsPropagateCancellation);
        Assert.False(new ContextPropagationOptions(propagateDeadline: false).IsPropagateDeadline);
    }
}
