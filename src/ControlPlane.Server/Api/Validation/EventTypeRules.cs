using System.Buffers;
using ControlPlane.Server.Api.Errors;

namespace ControlPlane.Server.Api.Validation;

/// <summary>How event types, and the patterns that cover several of them, are written.</summary>
internal static class EventTypeRules
{
    public const int MaximumLength = 128;

    private static readonly SearchValues<char> Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-:/");

    /// <summary>Whether it is an exact type, such as <c>message.new</c>.</summary>
    public static bool IsType(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= MaximumLength && char.IsAsciiLetterOrDigit(text[0]) && !text.ContainsAnyExcept(Characters);

    /// <summary>Whether it is an exact type, a prefix such as <c>message.*</c>, or <c>*</c>.</summary>
    public static bool IsPattern(ReadOnlySpan<char> text) =>
        text is "*" || (text.EndsWith(".*") ? text.Length <= MaximumLength && IsType(text[..^2]) : IsType(text));

    /// <summary>Notes an exact type that is missing or is none.</summary>
    public static void CheckType(Violations violations, string field, string type)
    {
        if (!IsType(type))
        {
            violations.Add(
                field,
                type.Length == 0 ? "REQUIRED" : "EVENT_TYPE_INVALID",
                $"must be 1 to {MaximumLength} letters, digits, \".\", \"_\", \"-\", \":\" and \"/\", beginning with a letter or digit");
        }
    }

    /// <summary>Notes what is wrong with a list of patterns.</summary>
    /// <param name="violations">Where to note.</param>
    /// <param name="field">The list's path.</param>
    /// <param name="patterns">The list.</param>
    /// <param name="maximum">How many there may be.</param>
    /// <param name="unknown">Which well-formed patterns are of no catalogue; null if it does not matter.</param>
    public static void CheckPatterns(
        Violations violations, string field, IReadOnlyList<string> patterns, int maximum, Predicate<string>? unknown = null)
    {
        if (patterns.Count > maximum)
        {
            violations.Add(field, "TOO_MANY", $"must have at most {maximum} entries");
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < patterns.Count; i++)
        {
            if (!IsPattern(patterns[i]))
            {
                violations.Add(
                    $"{field}[{i}]",
                    "EVENT_TYPE_INVALID",
                    $"must be \"*\", a type of 1 to {MaximumLength} letters, digits, \".\", \"_\", \"-\", \":\" and \"/\" that begins "
                        + "with a letter or digit, or such a type followed by \".*\"");
            }
            else if (!seen.Add(patterns[i]))
            {
                violations.Add($"{field}[{i}]", "DUPLICATE", "is listed twice");
            }
            else if (unknown?.Invoke(patterns[i]) == true)
            {
                violations.Add(
                    $"{field}[{i}]", "EVENT_TYPE_UNKNOWN", "must be in a catalogue of event types, since the tenant has strict_event_types");
            }
        }
    }
}
