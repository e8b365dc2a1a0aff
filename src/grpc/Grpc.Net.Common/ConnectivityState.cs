namespace Grpc.Core;

/// <summary>What a channel's connection is doing.</summary>
public enum ConnectivityState
{
    /// <summary>Not connected, and not trying until a call needs it.</summary>
    Idle,

    /// <summary>Connecting.</summary>
    Connecting,

    /// <summary>Connected.</summary>
    Ready,

    /// <summary>The last attempt failed; another follows after a pause.</summary>
    TransientFailure,

    /// <summary>Shut down for good.</summary>
    Shutdown,
}
