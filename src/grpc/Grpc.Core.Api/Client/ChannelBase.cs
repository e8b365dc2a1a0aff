namespace Grpc.Core;

/// <summary>A connection, or several, to one target over which calls are made.</summary>
/// <param name="target">Where the channel leads.</param>
public abstract class ChannelBase(string target)
{
    /// <summary>Where the channel leads.</summary>
    public string Target { get; } = target ?? throw new ArgumentNullException(nameof(target));

    /// <summary>Makes an invoker of calls over this channel.</summary>
    public abstract CallInvoker CreateCallInvoker();

    /// <summary>Shuts the channel down.</summary>
    public Task ShutdownAsync() => ShutdownAsyncCore();

    /// <summary>Does the shutting down; does nothing unless overridden.</summary>
    protected virtual Task ShutdownAsyncCore() => Task.CompletedTask;
}
