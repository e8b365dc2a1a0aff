using ControlPlane.Probe;
using Grpc.Core;

namespace ControlPlane.Grpc.Tests.Calls;

/// <summary>What the call tests share.</summary>
public abstract class CallTest
{
    /// <summary>How long a test waits for what must happen before it gives up. Nothing here measures time.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Ends with the test run.</summary>
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected static Item Number(int number) => new() { Number = number };

    private protected static Item Text(string text) => new() { Text = text };

    private protected static async Task<RpcException> Fails(StatusCode code, Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal(code, failure.StatusCode);
        return failure;
    }
}
