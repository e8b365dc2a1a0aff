namespace ControlPlane.Signing;

/// <summary>The headers can be sent, and the signature read back out of them.</summary>
internal static class DialectHeaderRules
{
    private const int MaxHeaders = 32;
    private const int MaxValue = 1024;

    public static void Check(Dialect dialect, List<ValidationProblem> problems)
    {
        var headers = dialect.Headers;
        if (headers.Count > MaxHeaders)
        {
            problems.Add(new("headers", "TOO_MANY", $"At most {MaxHeaders} headers are allowed."));
            return;
        }
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var signed = false;
        for (var i = 0; i < headers.Count; i++)
        {
            CheckName($"headers[{i}].name", headers[i]?.Name, names, problems);
            signed |= CheckValue($"headers[{i}].value", headers[i]?.Value, dialect, problems);
        }
        if (!signed)
        {
            problems.Add(new("headers", "SIGNATURE_NOT_SENT", "At least one header value contains {sig}."));
        }
    }

    private static void CheckName(string field, string? name, HashSet<string> names, List<ValidationProblem> problems)
    {
        if (!HeaderNames.IsToken(name))
        {
            problems.Add(new(field, "HEADER_NAME_INVALID", "A header name is an RFC 9110 token of 1 to 128 characters."));
        }
        else if (HeaderNames.IsReserved(name!))
        {
            problems.Add(new(field, "HEADER_NAME_RESERVED", $"The header '{name}' belongs to the connection or the message."));
        }
        else if (!names.Add(name!))
        {
            problems.Add(new(field, "HEADER_NAME_DUPLICATE", $"The header '{name}' is listed twice."));
        }
    }

    /// <returns>Whether the value carries the signature.</returns>
    private static bool CheckValue(string field, string? value, Dialect dialect, List<ValidationProblem> problems)
    {
        value ??= "";
        if (value.Length == 0 || !HeaderText.IsPrintable(value) || value != value.Trim(' '))
        {
            problems.Add(new(field, "HEADER_VALUE_INVALID",
                "A header value is printable ASCII and neither starts nor ends with a space."));
        }
        var signs = value.Contains("{sig}", StringComparison.Ordinal);
        // What a secret ends with cannot be told from what follows it, so nothing else varies beside it.
        var beside = dialect.Algorithm == SignatureAlgorithm.None ? Placeholder.None : Placeholder.Timestamp;
        var allowed = signs ? Placeholder.Signature | beside : Placeholder.Message;
        var template = TemplateRules.Check(field, value, MaxValue, allowed, problems);
        if (signs && template is not null)
        {
            CheckSignature(field, value, template, dialect.SignatureJoin, problems);
        }
        return signs;
    }

    private static void CheckSignature(
        string field, string value, Template template, SignatureJoin join, List<ValidationProblem> problems)
    {
        if (template.Count(Placeholder.Signature) != 1 || template.Count(Placeholder.Timestamp) > 1)
        {
            problems.Add(new(field, "PLACEHOLDER_REPEATED", "{sig} stands once in a header value, and {ts} at most once."));
        }
        if (join == SignatureJoin.SpaceSeparated && value.Contains(' '))
        {
            problems.Add(new(field, "SEPARATOR_IN_VALUE",
                "A value that is repeated in a space-separated list contains no space."));
        }
        var segments = template.Segments;
        for (var i = 0; i + 1 < segments.Length; i++)
        {
            var next = segments[i + 1];
            if (segments[i].Placeholder == Placeholder.Timestamp && (!next.IsLiteral || char.IsAsciiDigit(next.Literal[0])))
            {
                problems.Add(new(field, "VALUE_AMBIGUOUS", "After {ts} comes a character that is not a digit, or the end."));
            }
        }
    }
}
