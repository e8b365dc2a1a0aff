using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>Values in the form in which Svix writes them.</summary>
internal static class SvixText
{
    public const string UidRule = "must be 1 to 256 letters, digits, \"-\", \"_\" and \".\"";

    /// <summary>How answers are written: payloads as deep as they may be.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JsonContent.Encoder, MaxDepth = 128 };

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 128 };

    /// <summary>A time in UTC with microseconds.</summary>
    public static string Time(Timestamp time) => time.ToDateTimeOffset().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", null);

    /// <summary>
    /// A payload, which Svix's clients take for an object: one as it is, any other text as <c>{"rawPayload":...}</c>, and Svix's
    /// <c>{"expired":true}</c> for one that is no longer stored.
    /// </summary>
    public static JsonObject Payload(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
        {
            return new JsonObject { ["expired"] = true };
        }

        try
        {
            // Not as nodes, which take a hundred times the memory.
            if (JsonElement.Parse(payload, Deep) is { ValueKind: JsonValueKind.Object } json)
            {
                return JsonObject.Create(json)!;
            }
        }
        catch (JsonException)
        {
            // Not every payload is JSON.
        }

        return new JsonObject { ["rawPayload"] = Encoding.UTF8.GetString(payload) };
    }

    /// <summary>JSON without the white space between its parts; numbers and texts stay as they were written.</summary>
    public static byte[] Compact(ReadOnlySpan<byte> json)
    {
        var compact = new byte[json.Length];
        var (length, inText) = (0, false);
        for (var i = 0; i < json.Length; i++)
        {
            if (!inText && json[i] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
            {
                continue;
            }

            if (inText && json[i] == '\\')
            {
                compact[length++] = json[i++];
            }
            else if (json[i] == '"')
            {
                inText = !inText;
            }

            compact[length++] = json[i];
        }

        return compact[..length];
    }

    /// <summary>An id that is the same for the same caller and idempotency key: 26 letters and digits of their hash.</summary>
    public static string Derive(string keyId, string idempotencyKey) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{keyId}\n{idempotencyKey}")))[..26];
}
