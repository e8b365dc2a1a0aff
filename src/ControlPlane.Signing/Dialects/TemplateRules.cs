namespace ControlPlane.Signing;

/// <summary>What holds for every template: its length, and which placeholders it may name.</summary>
internal static class TemplateRules
{
    /// <summary>Parses and reports; <see langword="null"/> when the text is too long to look at.</summary>
    public static Template? Check(
        string field, string? text, int maxLength, Placeholder allowed, List<ValidationProblem> problems)
    {
        text ??= "";
        if (text.Length > maxLength)
        {
            problems.Add(new(field, "TOO_LONG", $"At most {maxLength} characters are allowed."));
            return null;
        }
        var unknown = new List<string>();
        var template = Template.Parse(text, unknown);
        foreach (var name in unknown.Distinct())
        {
            problems.Add(new(field, "PLACEHOLDER_UNKNOWN", $"There is no placeholder {name}."));
        }
        foreach (var placeholder in Placeholders.Each(template.Uses & ~allowed))
        {
            problems.Add(new(field, "PLACEHOLDER_NOT_ALLOWED", $"{Placeholders.Name(placeholder)} cannot be used here."));
        }
        return template;
    }
}
