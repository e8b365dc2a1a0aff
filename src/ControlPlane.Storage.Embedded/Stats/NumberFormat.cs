namespace ControlPlane.Storage.Embedded;

/// <summary>Counts as bytes: each number with seven bits a byte, the lowest first. Part of the stored format.</summary>
internal static class NumberFormat
{
    public static byte[] Write(ReadOnlySpan<int> numbers)
    {
        Span<byte> bytes = stackalloc byte[AttemptCounts.Most * 5];
        var length = 0;
        foreach (var number in numbers)
        {
            var rest = (uint)number;
            for (; rest >= 0x80; rest >>= 7)
            {
                bytes[length++] = (byte)(rest | 0x80);
            }

            bytes[length++] = (byte)rest;
        }

        return bytes[..length].ToArray();
    }

    public static int[] Read(ReadOnlySpan<byte> bytes)
    {
        var numbers = new List<int>(AttemptCounts.Most);
        var (number, shift) = (0u, 0);
        foreach (var part in bytes)
        {
            number |= (uint)(part & 0x7f) << shift;
            shift += 7;
            if (part < 0x80)
            {
                numbers.Add((int)number);
                (number, shift) = (0, 0);
            }
        }

        return [.. numbers];
    }
}
