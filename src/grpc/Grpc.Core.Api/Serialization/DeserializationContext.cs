using System.Buffers;

namespace Grpc.Core;

/// <summary>
/// Where a message is read from. The transport supplies the implementation. The payload is only valid during the call
/// of the deserializer.
/// </summary>
public abstract class DeserializationContext
{
    /// <summary>The length of the payload in bytes.</summary>
    public abstract int PayloadLength { get; }

    /// <summary>A copy of the payload that the caller may keep.</summary>
    public virtual byte[] PayloadAsNewBuffer() => PayloadAsReadOnlySequence().ToArray();

    /// <summary>The payload without a copy where the transport can give it so.</summary>
    /// <exception cref="NotSupportedException">The transport has no such view.</exception>
    public virtual ReadOnlySequence<byte> PayloadAsReadOnlySequence() =>
        throw new NotSupportedException($"{GetType()} cannot show its payload as a sequence.");
}

/// <summary>Reads a payload from an array.</summary>
internal sealed class ArrayDeserializationContext(byte[] payload) : DeserializationContext
{
    public override int PayloadLength => payload.Length;

    public override byte[] PayloadAsNewBuffer() => payload.AsSpan().ToArray();

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(payload);
}
