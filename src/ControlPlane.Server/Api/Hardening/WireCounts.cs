using System.Buffers;
using ControlPlane.Server.Api.Errors;
using Google.Protobuf.Reflection;

namespace ControlPlane.Server.Api.Hardening;

/// <summary>
/// Counts the entries of a request's lists of messages before they are parsed: an entry of two bytes on the wire becomes an object
/// of a hundred times its size.
/// </summary>
internal sealed class WireCounts(MessageDescriptor type)
{
    /// <summary>How many messages a list of a request may have.</summary>
    public const int Most = 1000;

    private const int WireTypeBits = 3;
    private const int Fixed64Bytes = 8;
    private const int Fixed32Bytes = 4;

    private readonly Dictionary<int, string> _lists = type.Fields.InDeclarationOrder()
        .Where(field => field is { IsRepeated: true, IsMap: false, FieldType: FieldType.Message })
        .ToDictionary(field => field.FieldNumber, field => field.Name);

    /// <summary>Notes a list that has too many entries. Passes bytes that are no message, which the parser refuses.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public void Check(ReadOnlySequence<byte> message)
    {
        if (_lists.Count == 0)
        {
            return;
        }

        var counts = new Dictionary<int, int>();
        var reader = new SequenceReader<byte>(message);
        while (TryReadVarint(ref reader, out var tag) && Skip(ref reader, (int)tag & 7))
        {
            var number = (int)((uint)tag >> WireTypeBits);
            if (((int)tag & 7) == 2 && _lists.TryGetValue(number, out var name))
            {
                var count = counts[number] = counts.GetValueOrDefault(number) + 1;
                if (count > Most)
                {
                    var violations = new Violations();
                    violations.Add(name, "COUNT_OUT_OF_RANGE", $"must have at most {Most} entries");
                    violations.ThrowIfAny();
                }
            }
        }
    }

    private static bool Skip(ref SequenceReader<byte> reader, int wireType)
    {
        switch (wireType)
        {
            case 0:
                return TryReadVarint(ref reader, out _);
            case 1:
                return TryAdvance(ref reader, Fixed64Bytes);
            case 2:
                return TryReadVarint(ref reader, out var length) && length <= int.MaxValue && TryAdvance(ref reader, (long)length);
            case 3 or 4:
                // Groups are unknown here; what is in one is counted as if it stood outside, which errs to the safe side.
                return true;
            case 5:
                return TryAdvance(ref reader, Fixed32Bytes);
            default:
                return false;
        }
    }

    private static bool TryAdvance(ref SequenceReader<byte> reader, long count)
    {
        if (reader.Remaining < count)
        {
            return false;
        }

        reader.Advance(count);
        return true;
    }

    private static bool TryReadVarint(ref SequenceReader<byte> reader, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64 && reader.TryRead(out var next); shift += 7)
        {
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
