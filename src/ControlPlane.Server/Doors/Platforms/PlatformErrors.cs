using ControlPlane.Server.Api.Errors;

namespace ControlPlane.Server.Doors.Platforms;

/// <summary>What errors say in the words of a platform's own fields.</summary>
/// <param name="names">What fields of this API, and those below them, are called there.</param>
internal sealed class PlatformErrors(params (string Ours, string Theirs)[] names)
{
    private const string OfAWebhook = "webhook.";

    /// <summary>The wrong fields, each with what is wrong.</summary>
    public IReadOnlyList<(string Field, string Message)> Fields(RequestException error) =>
        [.. error.FieldViolations.Select(wrong => (Rename(wrong.Field), wrong.Description))];

    /// <summary>One text for all of it.</summary>
    public string Text(RequestException error) => Fields(error) is { Count: > 0 } fields
        ? string.Join("; ", fields.Select(wrong => $"{wrong.Field}: {wrong.Message}"))
        : error.Message;

    private string Rename(string field)
    {
        var own = field.StartsWith(OfAWebhook, StringComparison.Ordinal) ? field[OfAWebhook.Length..] : field;
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
