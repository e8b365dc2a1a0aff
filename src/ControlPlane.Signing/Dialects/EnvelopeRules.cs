using System.Text;
using System.Text.Json;

namespace ControlPlane.Signing;

/// <summary>The envelope is JSON whatever it is filled with.</summary>
internal static class EnvelopeRules
{
    private const string Field = "envelope";
    private const int MaxLength = 8192;

    public static void Check(string? envelope, List<ValidationProblem> problems)
    {
        if (envelope is null)
        {
            return;
        }
        var template = TemplateRules.Check(Field, envelope, MaxLength, Placeholder.Message | Placeholder.Payload, problems);
        if (template is null)
        {
            return;
        }
        if (template.Count(Placeholder.Payload) != 1)
        {
            problems.Add(new(Field, "PAYLOAD_NOT_ONCE", "An envelope contains {payload} exactly once."));
        }
        if (!IsJson(Fill(template)))
        {
            problems.Add(new(Field, "NOT_JSON",
                "An envelope is JSON when filled: {payload} as a value, text placeholders inside strings."));
        }
    }

    /// <summary>
    /// One filling decides for all: an x is valid only inside a string and not within an escape, where any escaped text
    /// is; an object is valid only where any value is, since its quotes would end a string around it.
    /// </summary>
    private static string Fill(Template template)
    {
        var text = new StringBuilder();
        foreach (var segment in template.Segments)
        {
            text.Append(segment.Placeholder switch
            {
                Placeholder.None => segment.Literal,
                Placeholder.Payload => """{"k":"v"}""",
                Placeholder.Timestamp or Placeholder.Created => "1",
                _ => "x",
            });
        }
        return text.ToString();
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(Encoding.UTF8.GetBytes(text));
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
