using System.Text;

namespace ControlPlane.Server.Rpc;

/// <summary>Rules that fields of several services share. Lengths count Unicode characters, not UTF-16 units.</summary>
internal static class FieldRules
{
    private const int MaximumLabels = 64;
    private const int MaximumLabelKey = 63;
    private const int MaximumLabelValue = 256;
    private const int MaximumInstance = 256;
    private const int LongestShownKey = 128;

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
                TextKind.Block => "must be well-formed text without control characters other than line breaks and tabs",
                TextKind.Name => "must be well-formed text without control characters or direction overrides",
                _ => "must be well-formed text without control characters",
            });
        }
    }

    /// <summary>Notes what is wrong with a caller's own annotations.</summary>
    public static void CheckLabels(Violations violations, string field, IReadOnlyDictionary<string, string> labels)
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
            CheckText(violations, path, value, MaximumLabelValue);
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
        TextKind.Block => !Rune.IsControl(rune) || rune.Value is '\n' or '\r' or '\t',
        TextKind.Name => !Rune.IsControl(rune) && !ChangesDirection(rune),
        _ => !Rune.IsControl(rune),
    };

    /// <summary>Unicode's explicit directional embeddings, overrides and isolates (UAX #9, section 2).</summary>
    private static bool ChangesDirection(Rune rune) => rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
}
