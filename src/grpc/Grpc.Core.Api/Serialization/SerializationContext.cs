using System.Buffers;

namespace Grpc.Core;

/// <summary>
/// Where a message is written: either one <see cref="Complete(byte[])"/>, or <see cref="GetBufferWriter"/> followed by
/// <see cref="Complete()"/>. The transport supplies the implementation; what a transport does not override is not supported.
/// </summary>
public abstract class SerializationContext
{
    /// <summary>Ends the message with these bytes as its whole payload.</summary>
    /// <param name="payload">The payload; not to be changed afterwards.</param>
    /// <exception cref="NotSupportedException">The transport takes no arrays.</exception>
    public virtual void Complete(byte[] payload) => throw Unsupported();

    /// <summary>The writer for the payload; the same one each time.</summary>
    /// <exception cref="NotSupportedException">The transport has no writer.</exception>
    public virtual IBufferWriter<byte> GetBufferWriter() => throw Unsupported();

    /// <summary>Announces how long the payload will be, so that the transport can write its frame header first.</summary>
    /// <param name="payloadLength">In bytes.</param>
    public virtual void SetPayloadLength(int payloadLength)
    {
        // An announcement is only a hint to a transport that can use one.
    }

    /// <summary>Ends the message; its payload is what was written to <see cref="GetBufferWriter"/>.</summary>
    /// <exception cref="NotSupportedException">The transport has no writer.</exception>
    public virtual void Complete() => throw Unsupported();

    private NotSupportedException Unsupported() => new($"{GetType()} does not support this way of writing a message.");
}

/// <summary>Collects a payload in memory, for callers that want an array.</summary>
internal sealed class ArraySerializationContext : SerializationContext
{
    private readonly ArrayBufferWriter<byte> _writer = new();
    private byte[]? _payload;

    public override void Complete(byte[] payload) => Finish(payload);

    public override IBufferWriter<byte> GetBufferWriter() => _writer;

    public override void Complete() => Finish(_writer.WrittenSpan.ToArray());

    public byte[] ToArray() => _payload ?? throw new InvalidOperationException("The serializer did not complete the message.");

    private void Finish(byte[] payload)
    {
        if (_payload is not null)
        {
            throw new InvalidOperationException("The message is complete already.");
        }

        _payload = payload;
    }
}
