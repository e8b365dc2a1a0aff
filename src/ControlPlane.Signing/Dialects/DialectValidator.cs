namespace ControlPlane.Signing;

/// <summary>The checks of a whole dialect; each subject has its own rules class.</summary>
internal static class DialectValidator
{
    private const int MaxName = 64;

    public static List<ValidationProblem> Validate(Dialect dialect)
    {
        var problems = new List<ValidationProblem>();
        if (dialect.Name is not { Length: > 0 and <= MaxName } || !dialect.Name.All(IsNameCharacter))
        {
            problems.Add(new("name", "NAME_INVALID", $"A name is 1 to {MaxName} of a-z, 0-9, '.', '_' and '-'."));
        }
        CheckEnum("key_format", dialect.KeyFormat, problems);
        CheckEnum("algorithm", dialect.Algorithm, problems);
        CheckEnum("encoding", dialect.Encoding, problems);
        CheckEnum("signature_join", dialect.SignatureJoin, problems);
        CheckEnum("timestamp_unit", dialect.TimestampUnit, problems);
        if (dialect is { Algorithm: SignatureAlgorithm.None, SignatureJoin: not SignatureJoin.NewestOnly })
        {
            problems.Add(new("signature_join", "JOIN_NOT_ALLOWED",
                "Secrets sent as they are cannot be joined: a secret may contain any separator."));
        }
        DialectHeaderRules.Check(dialect, problems);
        SignedContentRules.Check(dialect, problems);
        EnvelopeRules.Check(dialect.Envelope, problems);
        return problems;
    }

    /// <summary>The headers of <paramref name="second"/> that <paramref name="first"/> sends with another value.</summary>
    public static List<ValidationProblem> Conflicts(Dialect first, Dialect second)
    {
        var problems = new List<ValidationProblem>();
        for (var i = 0; i < second.Headers.Count; i++)
        {
            var header = second.Headers[i];
            var taken = first.Headers.FirstOrDefault(h => h.Name.Equals(header.Name, StringComparison.OrdinalIgnoreCase));
            if (taken is not null && !SameValue((first, taken.Value), (second, header.Value)))
            {
                problems.Add(new($"headers[{i}].name", "HEADER_CONFLICT",
                    $"The header '{header.Name}' already has another value in the dialect '{first.Name}'."));
            }
        }
        return problems;
    }

    private static bool SameValue((Dialect Dialect, string Value) first, (Dialect Dialect, string Value) second)
    {
        if (first.Value != second.Value)
        {
            return false;
        }
        var (a, b, uses) = (first.Dialect, second.Dialect, Template.Parse(first.Value).Uses);
        var signs = (uses & Placeholder.Signature) != 0;
        var hasTime = signs || (uses & (Placeholder.Timestamp | Placeholder.Created)) != 0;
        return (!hasTime || a.TimestampUnit == b.TimestampUnit)
            && (!signs || (a.Algorithm, a.KeyFormat, a.SignedContent, a.Encoding, a.SignatureJoin)
                == (b.Algorithm, b.KeyFormat, b.SignedContent, b.Encoding, b.SignatureJoin));
    }

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-';

    private static void CheckEnum<T>(string field, T value, List<ValidationProblem> problems)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            problems.Add(new(field, "VALUE_UNKNOWN", $"{value} is not one of {string.Join(", ", Enum.GetNames<T>())}."));
        }
    }
}
