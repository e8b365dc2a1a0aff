using System.Globalization;
using System.Text;
using ControlPlane.Functional.Tests.EveryRpc;
using Google.Protobuf.Reflection;

namespace ControlPlane.Functional.Tests.BadInput;

/// <summary>Bodies and queries that are hardly a request to the JSON door, the same for the same seed.</summary>
internal sealed class JsonMutations(Random random, MessageDescriptor input)
{
    private const int DeepestNesting = 5_000;

    /// <summary>Values that some reader takes for others than they are.</summary>
    private static readonly string[] Odd =
    [
        "null", "true", "-1", "0.5", "1e400", "-0", "99999999999999999999", "\"\"", "\"NaN\"", "\"\\u0000\"", "\"\\ud800\"", "\"\u202E\"", "[]", "{}", "[null]",
        "[[]]", "{\"\":0}", "{\"a\":{\"a\":null}}", "\"-315576000001s\"", "\"10000-01-01T00:00:00Z\"", "\"*\"", "\"a,b..c\"", "\"====\"", "NaN", "'x'", "",
    ];

    /// <summary>The next request like one that is right.</summary>
    /// <param name="right">Its address, with what it says there, and its body.</param>
    public (string Path, byte[]? Body) Next(JsonCall.Parts right)
    {
        if (right.Body is null)
        {
            return (right.Path + Query(right.Path), null);
        }

        var body = Encoding.UTF8.GetBytes(right.Body);
        return (random.Next(8) == 0 ? right.Path + Query(right.Path) : right.Path, random.Next(8) switch
        {
            0 => Noise(),
            1 => body[..random.Next(body.Length + 1)],
            2 => Scrambled(body),
            3 => Encoding.UTF8.GetBytes(Nested()),
            4 => [.. body, .. Scrambled(body)],
            5 => Encoding.UTF8.GetBytes(Pick(Odd)),
            _ => Encoding.UTF8.GetBytes(With(right.Body)),
        });
    }

    /// <summary>The body with one field more, or once more.</summary>
    private string With(string body)
    {
        var field = $"\"{Name()}\":{Pick(Odd)}";
        return random.Next(2) == 0
            ? $"{{{field}{(body.Length > 3 ? "," : "")}{body[1..]}"
            : $"{body[..^1]}{(body.Length > 3 ? "," : "")}{field}}}";
    }

    private string Query(string path)
    {
        var query = new StringBuilder(path.Contains('?') ? "&" : "?");
        for (var fields = random.Next(1, 4); fields > 0; fields--)
        {
            var value = random.Next(4) == 0 ? string.Concat(Noise().Select(b => $"%{b:X2}")) : Uri.EscapeDataString(Pick(Odd).Trim('"'));
            query.Append(CultureInfo.InvariantCulture, $"{Name()}={value}&");
        }

        return query.ToString();
    }

    /// <summary>A field's name, mostly of the message, in either spelling, or of what is in one of its messages.</summary>
    private string Name()
    {
        var fields = input.Fields.InDeclarationOrder();
        if (fields.Count == 0 || random.Next(6) == 0)
        {
            return Pick(["nothing", "", "__proto__", "a.b.c", "$type"]);
        }

        var field = fields[random.Next(fields.Count)];
        var name = random.Next(2) == 0 ? field.Name : field.JsonName;
        return field.FieldType == FieldType.Message && random.Next(2) == 0 && field.MessageType.Fields.InDeclarationOrder() is { Count: > 0 } inner
            ? $"{name}.{inner[random.Next(inner.Count)].JsonName}"
            : name;
    }

    private string Nested()
    {
        var depth = random.Next(1, DeepestNesting);
        var (open, close) = random.Next(2) == 0 ? ("[", "]") : ($"{{\"{Name()}\":", "}");
        var inside = string.Concat(Enumerable.Repeat(open, depth)) + (random.Next(2) == 0 ? "0" : "");
        return $"{{\"{Name()}\":{inside}{(random.Next(2) == 0 ? string.Concat(Enumerable.Repeat(close, depth)) : "")}}}";
    }

    private byte[] Noise()
    {
        var bytes = new byte[random.Next(1, 200)];
        random.NextBytes(bytes);
        return bytes;
    }

    private byte[] Scrambled(byte[] body)
    {
        var bytes = body.ToList();
        for (var changes = random.Next(1, 5); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            if (random.Next(3) == 0)
            {
                bytes.RemoveRange(at, Math.Min(random.Next(1, 8), bytes.Count - at));
            }
            else
            {
                bytes[at] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)Pick(["{", "}", "[", "]", "\"", ":", ",", "\\"])[0];
            }
        }

        return [.. bytes];
    }

    private string Pick(string[] choices) => choices[random.Next(choices.Length)];
}
