using System.Globalization;

namespace ControlPlane.Cli.Values;

/// <summary>Points in time as people type them: <c>2026-01-31T12:00:00Z</c>, or <c>10m</c> for ten minutes ago.</summary>
internal readonly record struct TimeText(DateTimeOffset? Absolute, TimeSpan Ago)
{
    public const string Expected = "a time such as 2026-01-31T12:00:00Z (UTC if it names no zone), or 10m for ten minutes ago";

    public static bool TryParse(string? text, out TimeText value)
    {
        value = default;
        if (DurationText.TryParse(text, out var ago))
        {
            value = new TimeText(null, ago);
            return true;
        }

        const DateTimeStyles styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        string[] formats = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
        if (DateTimeOffset.TryParseExact(text, formats, CultureInfo.InvariantCulture, styles, out var absolute))
        {
            value = new TimeText(absolute, default);
            return true;
        }

        return false;
    }

    /// <summary>The time in question, judged from <paramref name="now"/>.</summary>
    public DateTimeOffset Before(DateTimeOffset now) =>
        Absolute ?? (now - DateTimeOffset.UnixEpoch > Ago ? now - Ago : DateTimeOffset.UnixEpoch);

    /// <summary>The time in question where a duration looks ahead, as for an expiry.</summary>
    public DateTimeOffset After(DateTimeOffset now) =>
        Absolute ?? (DateTimeOffset.MaxValue - now > Ago ? now + Ago : DateTimeOffset.MaxValue);
}
