using System.Buffers;
using Grpc.Core;

namespace ControlPlane.Grpc.Tests.Types;

public sealed class MarshallerTests
{
    [Fact]
    public void Create_FromContextFunctions_AlsoWorksOverArrays()
    {
        var marshaller = Marshallers.Create(
            (byte[] message, SerializationContext context) =>
            {
                context.SetPayloadLength(message.Length);
                context.GetBufferWriter().Write(message);
                context.Complete();
            },
            context => context.PayloadAsReadOnlySequence().ToArray());

        Assert.Equal([1, 2], marshaller.Serializer([1, 2]));
        Assert.Equal([3], marshaller.Deserializer([3]));
    }

    [Fact]
    public void Create_FromArrayFunctions_AlsoWorksOverContexts()
    {
        var inner = Marshallers.Create(
            (string text, SerializationContext context) => Marshallers.StringMarshaller.ContextualSerializer(text, context),
            Marshallers.StringMarshaller.ContextualDeserializer);

        Assert.Equal([0xc3, 0xa9], inner.Serializer("é"));
        Assert.Equal("é", inner.Deserializer([0xc3, 0xa9]));
    }

    [Fact]
    public void Serializer_ThatDoesNotComplete_IsAnError()
    {
        var marshaller = Marshallers.Create((string _, SerializationContext _) => { }, _ => "");

        Assert.Throws<InvalidOperationException>(() => marshaller.Serializer("a"));
    }

    [Fact]
    public void Serializer_ThatCompletesTwice_IsAnError()
    {
        var marshaller = Marshallers.Create(
            (byte[] message, SerializationContext context) =>
            {
                context.Complete(message);
                context.Complete();
            },
            _ => Array.Empty<byte>());

        Assert.Throws<InvalidOperationException>(() => marshaller.Serializer([1]));
    }

    [Fact]
    public void DeserializationContext_WithOnlyASequence_GivesACopy()
    {
        byte[] payload = [1, 2];
        var copy = new SequenceContext(payload).PayloadAsNewBuffer();
        payload[0] = 9;

        Assert.Equal([1, 2], copy);
    }

    private sealed class SequenceContext(byte[] payload) : DeserializationContext
    {
        public override int PayloadLength => payload.Length;

        public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => new(payload);
    }
}
