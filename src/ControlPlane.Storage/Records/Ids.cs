using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ControlPlane.Storage;

/// <summary>
/// Makes ids: a prefix and a lower-case Crockford ULID (48 bits of unix milliseconds, 80 random bits), monotonic within the
/// process: of two ids with the same prefix the later one sorts later, also when the clock steps back.
/// </summary>
public sealed class IdSource(TimeProvider clock)
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private readonly Lock _lock = new();
    private UInt128 _last;

    /// <summary>A new id: <paramref name="prefix"/> (such as <c>dlv_</c>) and 26 characters.</summary>
    public string Next(string prefix)
    {
        var value = NextValue();
        return string.Create(prefix.Length + 26, (prefix, value), static (span, state) =>
        {
            state.prefix.CopyTo(span);
            var rest = state.value;
            for (var i = span.Length - 1; i >= state.prefix.Length; i--)
            {
                span[i] = Alphabet[(int)(rest & 31)];
                rest >>= 5;
            }
        });
    }

    private UInt128 NextValue()
    {
        var milliseconds = (ulong)clock.GetUtcNow().ToUnixTimeMilliseconds();
        lock (_lock)
        {
            if (milliseconds > (ulong)(_last >> 80))
            {
                Span<byte> random = stackalloc byte[16];
                RandomNumberGenerator.Fill(random[6..]);
                // The top random bit stays clear, so that adding one per id within a millisecond cannot overflow into the time.
                random[6] &= 0x7f;
                BinaryPrimitives.WriteUInt64BigEndian(random, (milliseconds << 16) | BinaryPrimitives.ReadUInt16BigEndian(random[6..]));
                _last = BinaryPrimitives.ReadUInt128BigEndian(random);
            }
            else
            {
                _last++;
            }

            return _last;
        }
    }
}
