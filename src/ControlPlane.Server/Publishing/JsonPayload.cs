using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ControlPlane.Server.Publishing;

/// <summary>Judges payloads that are said to be JSON, by what the parsers of receivers take.</summary>
internal static class JsonPayload
{
    private const int MaximumDepth = 64;

    /// <summary>
    /// Returns what is wrong and where, as an end of a sentence; null if it is well-formed by the grammar of RFC 8259. An escape of half
    /// a surrogate pair is: programs that cut texts write it, and nearly every parser reads it.
    /// </summary>
    public static string? Fault(ReadOnlySpan<byte> payload)
    {
        // RFC 8259, 8.1 forbids it, and most parsers refuse it.
        if (payload.StartsWith("\uFEFF"u8))
        {
            return "must be well-formed JSON: it begins with a byte order mark (bytes EF BB BF at position 0), which has to be removed";
        }

        try
        {
            var reader = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = MaximumDepth });
            while (reader.Read())
            {
            }
        }
        catch (JsonException e)
        {
            return $"must be well-formed JSON, nested at most {MaximumDepth} deep (line {e.LineNumber + 1}, byte {e.BytePositionInLine})";
        }

        return Utf8.IsValid(payload) ? null : NotUtf8(payload);
    }

    private static string NotUtf8(ReadOnlySpan<byte> payload)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(payload[at..], out _, out var length) == OperationStatus.Done)
        {
            at += length;
        }

        var what = payload[at] == 0xED && at + 1 < payload.Length && payload[at + 1] >= 0xA0 ? "half a surrogate pair" : "no character";
        return $"must be UTF-8: byte 0x{payload[at]:X2} at position {at} begins {what}";
    }
}
