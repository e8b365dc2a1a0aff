using ControlPlane.Server.Api.Errors;

namespace ControlPlane.Server.Doors.Platforms;

/// <summary>What errors say in the words of a platform's own fields.</summary>
/// <param name="names">What fields of this API, and those below them, are called there.</param>
internal sealed class PlatformErrors(params (string Ours, string Theirs)[] names)
{
    private const string OfAWebhook = "webhook.";

    /// <summary>The wrong fields, each with what is wrong. Of one that could not be read, nothing else is said.</summary>
    public IReadOnlyList<(string Field, string Message)> Fields(RequestException error)
    {
        var unread = error.FieldViolations.Where(wrong => !IsOurs(wrong.Field)).Select(wrong => Root(wrong.Field)).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. error.FieldViolations.Select(wrong => (Ours: IsOurs(wrong.Field), Field: Rename(wrong.Field), wrong.Description))
                .Where(wrong => !wrong.Ours || !unread.Contains(Root(wrong.Field)))
                .Select(wrong => (wrong.Field, wrong.Description)),
        ];
    }

    /// <summary>One text for all of it.</summary>
    public string Text(RequestException error) => Fields(error) is { Count: > 0 } fields
        ? string.Join("; ", fields.Select(wrong => $"{wrong.Field}: {wrong.Message}"))
        : error.Message;

    /// <summary>Whether a service noted it: doors read fields by their own names.</summary>
    private static bool IsOurs(string field) => field.StartsWith(OfAWebhook, StringComparison.Ordinal);

    private static string Root(string field) => field.IndexOfAny(['[', '.']) is >= 0 and var end ? field[..end] : field;

    private string Rename(string field)
    {
        var own = IsOurs(field) ? field[OfAWebhook.Length..] : field;
        foreach (var (ours, theirs) in names)
        {
            if (own.StartsWith(ours, StringComparison.Ordinal) && (own.Length == ours.Length || own[ours.Length] is '[' or '.'))
            {
                return theirs + own[ours.Length..];
            }
        }

        return own;
    }
}
