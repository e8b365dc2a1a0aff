using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ControlPlane.Functional.Tests.BadInput;

/// <summary>Bytes that are hardly a message, the same for the same seed.</summary>
internal sealed class Mutations(Random random)
{
    private const int LongestNoise = 200;
    private const int DeepestNesting = 5_000;

    /// <summary>The next bytes for a method.</summary>
    /// <param name="input">What it reads.</param>
    /// <param name="valid">A request that is right.</param>
    public byte[] Next(MessageDescriptor input, byte[] valid) => random.Next(10) switch
    {
        0 => Noise(),
        1 => valid[..random.Next(valid.Length + 1)],
        2 => [.. valid, .. Field(AnyTag(input)), .. valid],
        3 => [.. valid, .. Field(random.Next(1, int.MaxValue))],
        4 => [.. valid, .. Varint(AnyTag(input)), .. Varint(ulong.MaxValue), .. Enumerable.Repeat((byte)0xFF, random.Next(12))],
        5 => [.. valid, .. Varint((AnyTag(input) & ~7) | random.Next(8)), .. Noise()],
        6 => Nested(input),
        7 => [.. valid, .. Varint((AnyTag(input) & ~7) | 2), .. Varint((ulong)random.NextInt64(int.MaxValue - 9L, uint.MaxValue + 9L)), .. Noise()],
        8 => [.. valid, .. Varint((AnyTag(input) & ~7) | 2), 4, 0xC3, 0x28, 0xED, 0xA0],
        _ => Scrambled(valid),
    };

    private byte[] Noise()
    {
        var bytes = new byte[random.Next(1, LongestNoise)];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>A field's number and wire type, of the message or of one near it.</summary>
    private int AnyTag(MessageDescriptor input)
    {
        var fields = input.Fields.InFieldNumberOrder();
        var number = fields.Count > 0 ? fields[random.Next(fields.Count)].FieldNumber : random.Next(1, 20);
        return (number << 3) | random.Next(6);
    }

    /// <summary>A field that is right as far as the wire format goes.</summary>
    private byte[] Field(int tag) => [.. Varint(tag), .. (tag & 7) switch
    {
        0 => Varint((ulong)random.NextInt64(long.MinValue, long.MaxValue)),
        1 => BitConverter.GetBytes(random.NextInt64()),
        2 => [5, .. BitConverter.GetBytes(random.Next()), (byte)random.Next(256)],
        5 => BitConverter.GetBytes(random.Next()),
        _ => Noise(),
    }];

    /// <summary>Messages in messages, or groups in groups, many times over, with or without an end.</summary>
    private byte[] Nested(MessageDescriptor input)
    {
        var depth = random.Next(1, DeepestNesting);
        var number = AnyTag(input) >> 3;
        if (random.Next(2) == 0)
        {
            var start = Varint((number << 3) | 3);
            var end = random.Next(2) == 0 ? Varint((number << 3) | 4) : [];
            return [.. Enumerable.Repeat(start, depth).SelectMany(b => b), .. Enumerable.Repeat(end, depth).SelectMany(b => b)];
        }

        var inside = Array.Empty<byte>();
        for (var i = 0; i < Math.Min(depth, 200); i++)
        {
            inside = [.. Varint((number << 3) | 2), .. Varint(inside.Length), .. inside];
        }

        return inside;
    }

    /// <summary>A valid request with bytes changed, cut out or repeated.</summary>
    private byte[] Scrambled(byte[] valid)
    {
        var bytes = valid.ToList();
        for (var changes = random.Next(1, 5); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 8), bytes.Count - at));
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 20), bytes.Count - at)));
                    break;
            }
        }

        return [.. bytes];
    }

    private static byte[] Varint(int value) => Varint((ulong)(uint)value);

    private static byte[] Varint(ulong value)
    {
        using var bytes = new MemoryStream();
        using var output = new CodedOutputStream(bytes, leaveOpen: true);
        output.WriteUInt64(value);
        output.Flush();
        return bytes.ToArray();
    }
}
