namespace ControlPlane.Signing;

/// <summary>The signed content covers the body, and a receiver can rebuild it from what it gets.</summary>
internal static class SignedContentRules
{
    private const string Field = "signed_content";
    private const int MaxLength = 1024;

    public static void Check(Dialect dialect, List<ValidationProblem> problems)
    {
        if (dialect.Algorithm == SignatureAlgorithm.None)
        {
            CheckLength(dialect.SignedContent, problems);
            return;
        }
        const Placeholder Allowed = Placeholder.Message | Placeholder.Body;
        var template = TemplateRules.Check(Field, dialect.SignedContent, MaxLength, Allowed, problems);
        if (template is null)
        {
            return;
        }
        if (template.Count(Placeholder.Body) != 1)
        {
            problems.Add(new(Field, "BODY_NOT_ONCE", "The signed content contains {body} exactly once."));
        }
        var sent = dialect.Headers.Aggregate(
            Placeholder.None, (all, header) => all | Carries(Template.Parse(header?.Value ?? "")));
        foreach (var placeholder in Placeholders.Each(template.Uses & Placeholder.Message & ~sent))
        {
            problems.Add(new(Field, "SIGNED_VALUE_NOT_SENT",
                $"{Placeholders.Name(placeholder)} is signed, so a header must carry it, alone or beside constant text."));
        }
    }

    /// <summary>What has no meaning is kept all the same, so it has its bounds.</summary>
    private static void CheckLength(string? text, List<ValidationProblem> problems)
    {
        if (text?.Length > MaxLength)
        {
            problems.Add(new(Field, "TOO_LONG", $"At most {MaxLength} characters are allowed."));
        }
    }

    /// <summary>The values that a receiver can read out of a header with this template.</summary>
    public static Placeholder Carries(Template template)
    {
        if ((template.Uses & Placeholder.Signature) != 0)
        {
            return template.Uses & Placeholder.Timestamp;
        }
        var values = template.Segments.ToArray().Where(s => !s.IsLiteral).ToArray();
        return values.Length == 1 ? values[0].Placeholder : Placeholder.None;
    }
}
