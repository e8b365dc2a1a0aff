using System.Diagnostics.CodeAnalysis;

namespace Grpc.Core;

/// <summary>How messages are to be written.</summary>
/// <param name="flags">The wishes; none by default.</param>
public class WriteOptions(WriteFlags flags = default)
{
    /// <summary>No wishes.</summary>
    public static readonly WriteOptions Default = new();

    /// <summary>The wishes.</summary>
    public WriteFlags Flags { get; } = flags;
}

/// <summary>Wishes about one written message.</summary>
[Flags]
[SuppressMessage("Naming", "CA1711", Justification = "The name is part of the contract.")]
public enum WriteFlags
{
    /// <summary>More follows soon, so the message need not be flushed at once.</summary>
    BufferHint = 0x1,

    /// <summary>Send the message uncompressed even if the call has a compression.</summary>
    NoCompress = 0x2,
}
