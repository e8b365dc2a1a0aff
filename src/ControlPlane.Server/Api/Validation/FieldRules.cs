using System.Text;
using ControlPlane.Server.Api.Errors;

namespace ControlPlane.Server.Api.Validation;

/// <summary>Rules that fields of several services share. Lengths count Unicode characters, not UTF-16 units.</summary>
internal static class FieldRules
{
    /// <summary>Of ids, whoever made them, and of etags.</summary>
    public const int MaximumId = 128;

    private const int MaximumLabels = 64;
    private const int MaximumLabelKey = 63;
    private const int MaximumLabelValue = 256;
    private const int MaximumInstance = 256;
    private const int LongestShownKey = 128;

    /// <summary>Notes an id or etag that none can be; empty passes. One that could be, and is not, is for the look-up to tell.</summary>
    public static void CheckId(Violations violations, string field, string id) => CheckText(violations, field, id, MaximumId);

    /// <summary>Notes an id that is missing, or that none can be.</summary>
    public static void RequireId(Violations violations, string field, string id)
    {
        if (id.Length == 0)
        {
            violations.Add(field, "REQUIRED", "must be set");
        }

        CheckId(violations, field, id);
    }

    /// <summary>Answers the id of a request that holds nothing else.</summary>
    /// <exception cref="RequestException">INVALID_ARGUMENT.</exception>
    public static string RequireId(string field, string id)
    {
        var violations = new Violations();
        RequireId(violations, field, id);
        violations.ThrowIfAny();
        return id;
    }

    /// <summary>Notes a text that is too long or holds characters that its kind may not.</summary>
    public static void CheckText(Violations violations, string field, string text, int maximum, TextKind kind = TextKind.Line)
    {
        var (length, clean) = Inspect(text, kind);
        if (length > maximum)
        {
            violations.Add(field, "TOO_LONG", $"must have at most {maximum} characters");
        }

        if (!clean)
        {
            violations.Add(field, "INVALID_CHARACTERS", kind switch
            {
                TextKind.Block => "must be well-formed text without control characters, other than line breaks and tabs, and "
                    + "without direction controls",
                TextKind.Name => "must be well-formed text without control, direction and invisible characters",
                _ => "must be well-formed text without control characters",
            });
        }
    }

    /// <summary>Notes what is wrong with a caller's own annotations.</summary>
    public static void CheckLabels(
        Violations violations, string field, IReadOnlyDictionary<string, string> labels, int longestValue = MaximumLabelValue)
    {
        if (labels.Count > MaximumLabels)
        {
            violations.Add(field, "TOO_MANY", $"must have at most {MaximumLabels} entries");
            return;
        }

        foreach (var (key, value) in labels)
        {
            var path = Entry(field, key);
            if (key.Length == 0)
            {
                violations.Add(path, "EMPTY", "must have a key of at least one character");
            }

            CheckText(violations, path, key, MaximumLabelKey);
            CheckText(violations, path, value, longestValue);
        }
    }

    /// <summary>Notes what is wrong with the instance of an event, or with one that a filter asks for.</summary>
    public static void CheckInstance(Violations violations, string field, string instance) =>
        CheckText(violations, field, instance, MaximumInstance);

    /// <summary>The path of a map's entry, such as <c>webhook.labels["team"]</c>.</summary>
    public static string Entry(string field, string key)
    {
        var path = new StringBuilder(field).Append("[\"");
        foreach (var rune in key.EnumerateRunes().Take(LongestShownKey))
        {
            path.Append(Rune.IsControl(rune) ? "\uFFFD" : rune.ToString());
        }

        return path.Append("\"]").ToString();
    }

    private static (int Length, bool Clean) Inspect(string text, TextKind kind)
    {
        var length = 0;
        var clean = true;
        for (var i = 0; i < text.Length; length++)
        {
            var read = Rune.TryGetRuneAt(text, i, out var rune);
            clean &= read && Allows(kind, rune);
            i += read ? rune.Utf16SequenceLength : 1;
        }

        return (length, clean);
    }

    private static bool Allows(TextKind kind, Rune rune) => kind switch
    {
        TextKind.Block => rune.Value is '\n' or '\r' or '\t' || (!Rune.IsControl(rune) && !HiddenCharacters.SteerDirection(rune)),
        TextKind.Name => !Rune.IsControl(rune) && !HiddenCharacters.Mislead(rune),
        _ => !Rune.IsControl(rune),
    };
}
