using System.Buffers;
using System.Text.Unicode;
using Google.Protobuf.Reflection;

namespace ControlPlane.Server.Rpc;

/// <summary>
/// Finds text in a message that is not UTF-8, which proto3 forbids: the protobuf library replaces what it cannot read, and so what
/// was stored would not be what was sent, and two ids could become one.
/// </summary>
internal static class WireText
{
    private const int WireTypeBits = 3;
    private const int Fixed64Bytes = 8;
    private const int Fixed32Bytes = 4;

    /// <summary>Whether all text is UTF-8.</summary>
    /// <param name="type">What the message is.</param>
    /// <param name="message">Its bytes, which the library has read before: lengths and nesting are right.</param>
    public static bool IsWellFormed(MessageDescriptor type, ReadOnlySequence<byte> message)
    {
        var reader = new SequenceReader<byte>(message);
        // Groups are unknown to every message here, and so is what is in them.
        var groups = 0;
        while (!reader.End)
        {
            // Of a longer number the library too takes the lower 32 bits, for tags and lengths alike.
            var tag = (uint)ReadVarint(ref reader);
            switch ((int)tag & 7)
            {
                case 0:
                    ReadVarint(ref reader);
                    break;
                case 1:
                    reader.Advance(Fixed64Bytes);
                    break;
                case 2:
                    // Below zero it takes a list of numbers for empty, and refuses everything else.
                    var length = Math.Max(0, (int)ReadVarint(ref reader));
                    if (groups == 0 && !IsWellFormed(type.FindFieldByNumber((int)(tag >> WireTypeBits)), reader.UnreadSequence.Slice(0, length)))
                    {
                        return false;
                    }

                    reader.Advance(length);
                    break;
                case 3:
                    groups++;
                    break;
                case 4:
                    groups--;
                    break;
                default:
                    reader.Advance(Fixed32Bytes);
                    break;
            }
        }

        return true;
    }

    private static bool IsWellFormed(FieldDescriptor? field, ReadOnlySequence<byte> value) => field?.FieldType switch
    {
        FieldType.String => Utf8.IsValid(value.IsSingleSegment ? value.FirstSpan : value.ToArray()),
        FieldType.Message => IsWellFormed(field.MessageType, value),
        _ => true,
    };

    private static ulong ReadVarint(ref SequenceReader<byte> reader)
    {
        ulong value = 0;
        for (var shift = 0; reader.TryRead(out var next); shift += 7)
        {
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                break;
            }
        }

        return value;
    }
}
