using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ControlPlane.Storage;

namespace ControlPlane.Server.Publishing;

/// <summary>Tells whether two publishes say the same: a hash of everything a caller says of an event but its id and
/// idempotency key.</summary>
internal static class EventFingerprint
{
    /// <summary>32 bytes.</summary>
    public static byte[] Of(EventDraft draft)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, draft.Type);
        Append(hash, draft.Instance);
        Append(hash, draft.ContentType);
        Append(hash, draft.Payload);
        foreach (var (key, value) in (draft.Labels ?? new Dictionary<string, string>()).OrderBy(l => l.Key, StringComparer.Ordinal))
        {
            Append(hash, key);
            Append(hash, value);
        }

        // Labels are pairs, so one more part cannot be taken for one. Without a key there is none: fingerprints are stored.
        if (draft.OrderingKey.Length > 0)
        {
            Append(hash, draft.OrderingKey);
        }

        // Begins as neither a key nor a label can, so it is taken for none.
        if (draft.ExpireTime is { } expires)
        {
            Append(hash, string.Create(CultureInfo.InvariantCulture, $"\n{expires.ToMicroseconds()}"));
        }

        return hash.GetHashAndReset();
    }

    private static void Append(IncrementalHash hash, string text) => Append(hash, Encoding.UTF8.GetBytes(text));

    /// <summary>The length goes first, so that no two different sequences of parts give the same input.</summary>
    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, part.Length);
        hash.AppendData(length);
        hash.AppendData(part);
    }
}
