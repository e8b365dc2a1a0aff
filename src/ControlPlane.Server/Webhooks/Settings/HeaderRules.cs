using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Signing;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>
/// Which headers a webhook's owner may add. The sender writes them unchecked, so a line break let through here would be one on
/// the wire.
/// </summary>
internal static class HeaderRules
{
    private static readonly string[] SignaturePrefixes = ["webhook-", "svix-"];

    /// <summary>Notes every header that may not be sent with the dialect's own.</summary>
    /// <param name="violations">Where to note.</param>
    /// <param name="field">The path of the headers.</param>
    /// <param name="headers">Names and values.</param>
    /// <param name="dialects">The webhook's dialects, as far as they exist.</param>
    /// <param name="shown">The headers as they are shown now, whose masks may come back; null for a new webhook.</param>
    public static void Check(
        Violations violations, string field, IReadOnlyDictionary<string, string> headers, IReadOnlyList<Dialect> dialects,
        IReadOnlyDictionary<string, string>? shown)
    {
        if (headers.Count > WebhookLimits.Headers)
        {
            violations.Add(field, "TOO_MANY", $"must have at most {WebhookLimits.Headers} entries");
            return;
        }

        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in headers)
        {
            var path = FieldRules.Entry(field, name);
            if (!HeaderNames.IsToken(name))
            {
                violations.Add(path, "HEADER_NAME_INVALID", "must have a name of 1 to 128 characters that HTTP allows in one");
            }
            else if (Owner(name, dialects) is { } owner)
            {
                violations.Add(path, "HEADER_NAME_RESERVED", $"has a name that belongs to {owner}");
            }
            else if (!seen.Add(name))
            {
                violations.Add(path, "DUPLICATE", "differs from another header only in letter case");
            }

            var isKept = value == HeaderCredentials.Mask && shown?.GetValueOrDefault(name) == value;
            if (!isKept)
            {
                CheckValue(violations, path, value);
            }
        }
    }

    /// <summary>Whether a header of a name is sent: one of the webhook's own or of its dialects.</summary>
    public static bool Has(string name, IReadOnlyDictionary<string, string> headers, IReadOnlyList<Dialect> dialects) =>
        headers.Keys.Contains(name, StringComparer.OrdinalIgnoreCase) || Owning(name, dialects) is not null;

    private static void CheckValue(Violations violations, string path, string value)
    {
        if (value.Length > WebhookLimits.HeaderValue)
        {
            violations.Add(path, "TOO_LONG", $"must have a value of at most {WebhookLimits.HeaderValue} characters");
        }

        if (value.Any(c => c is not ('\t' or (>= ' ' and <= '~'))))
        {
            violations.Add(path, "HEADER_VALUE_INVALID", "must have a value of visible ASCII, spaces and tabs");
        }
    }

    private static string? Owner(string name, IReadOnlyList<Dialect> dialects)
    {
        if (HeaderNames.IsReserved(name))
        {
            return "the request itself";
        }

        if (SignaturePrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
        {
            return "signatures";
        }

        return Owning(name, dialects) is { } owner ? $"the dialect {owner.Name}" : null;
    }

    private static Dialect? Owning(string name, IReadOnlyList<Dialect> dialects) =>
        dialects.FirstOrDefault(d => d.Headers.Any(h => name.Equals(h.Name, StringComparison.OrdinalIgnoreCase)));
}
