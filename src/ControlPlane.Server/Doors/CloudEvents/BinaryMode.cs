using System.Text;
using ControlPlane.Server.Api.Errors;

namespace ControlPlane.Server.Doors.CloudEvents;

/// <summary>Attributes in headers and the data as the body (HTTP protocol binding 1.0.2, section 3.1).</summary>
internal static class BinaryMode
{
    private const string Prefix = "ce-";

    /// <summary>Reads the headers of a request.</summary>
    public static CloudEventAttributes Read(HttpRequest request, Violations violations)
    {
        var attributes = new CloudEventAttributes(violations);
        foreach (var (header, values) in request.Headers.Where(header => header.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)))
        {
            var name = header[Prefix.Length..].ToLowerInvariant();
            if (name == "datacontenttype")
            {
                violations.Add(name, "UNKNOWN_FIELD", "is the header Content-Type in binary mode");
                continue;
            }

            foreach (var value in values)
            {
                if (Decode(value ?? "") is { } text)
                {
                    attributes.Add(name, text);
                }
                else
                {
                    violations.Add(name, "WRONG_TYPE", "must be UTF-8, percent-encoded where it is not printable ASCII");
                }
            }
        }

        if (request.ContentType is { Length: > 0 } type)
        {
            attributes.Add("datacontenttype", type);
        }

        attributes.Check();
        return attributes;
    }

    /// <summary>Takes off quotes with their escapes and decodes percent-encoding (section 3.1.3.2); null if it is no UTF-8.</summary>
    private static string? Decode(string value)
    {
        if (value is ['"', .., '"'])
        {
            var inner = value[1..^1];
            var plain = new StringBuilder(inner.Length);
            for (var i = 0; i < inner.Length; i++)
            {
                plain.Append(inner[i] == '\\' && i + 1 < inner.Length ? inner[++i] : inner[i]);
            }

            value = plain.ToString();
        }

        var bytes = new List<byte>(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '%' && i + 2 < value.Length && char.IsAsciiHexDigit(value[i + 1]) && char.IsAsciiHexDigit(value[i + 2]))
            {
                bytes.Add(Convert.FromHexString(value.AsSpan(i + 1, 2))[0]);
                i += 2;
            }
            else if (value[i] is >= ' ' and <= '~')
            {
                bytes.Add((byte)value[i]);
            }
            else
            {
                return null;
            }
        }

        var text = bytes.ToArray();
        return System.Text.Unicode.Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : null;
    }
}
