using System.Globalization;

namespace ControlPlane.Server.Doors;

/// <summary>Times as RFC 3339 writes them: a date, a time and an offset.</summary>
internal static class Rfc3339
{
    public const string Rule = "must be a time such as \"2026-03-01T12:00:00Z\"";

    /// <summary>Reads a time, in UTC; null if it is none.</summary>
    public static DateTimeOffset? Read(string text) =>
        text.Length >= "2026-03-01T12:00:00Z".Length && text[10] is 'T' or 't'
        && (text[^1] is 'Z' or 'z' || (text[^3] == ':' && text[^6] is '+' or '-'))
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;
}
