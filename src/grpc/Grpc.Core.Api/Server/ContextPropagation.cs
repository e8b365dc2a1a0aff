namespace Grpc.Core;

/// <summary>Ties a call to the one being served, so that deadline and cancellation reach it. Made by the transport.</summary>
public abstract class ContextPropagationToken
{
    internal ContextPropagationToken()
    {
    }
}

/// <summary>What a <see cref="ContextPropagationToken"/> passes on.</summary>
/// <param name="propagateDeadline">Whether the deadline is passed on.</param>
/// <param name="propagateCancellation">Whether cancellation is passed on.</param>
public class ContextPropagationOptions(bool propagateDeadline = true, bool propagateCancellation = true)
{
    /// <summary>Everything is passed on.</summary>
    public static readonly ContextPropagationOptions Default = new();

    /// <summary>Whether the deadline is passed on.</summary>
    public bool IsPropagateDeadline { get; } = propagateDeadline;

    /// <summary>Whether cancellation is passed on.</summary>
    public bool IsPropagateCancellation { get; } = propagateCancellation;
}
