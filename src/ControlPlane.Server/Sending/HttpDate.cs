using System.Globalization;

namespace ControlPlane.Server.Sending;

/// <summary>Reads dates in the three forms that RFC 9110, 5.6.7 asks a recipient to accept. GMT may be in any case.</summary>
internal static class HttpDate
{
    private const string ImfFixdate = "ddd, dd MMM yyyy HH:mm:ss 'GMT'";
    private const string Rfc850 = "dddd, dd-MMM-yy HH:mm:ss 'GMT'";
    private const string Asctime = "ddd MMM d HH:mm:ss yyyy";

    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal | DateTimeStyles.AllowWhiteSpaces;

    public static bool TryRead(string text, DateTimeOffset now, out DateTimeOffset date) => TryReadUpper(
        text.EndsWith("GMT", StringComparison.OrdinalIgnoreCase) ? string.Concat(text.AsSpan(0, text.Length - 3), "GMT") : text, now, out date);

    private static bool TryReadUpper(string text, DateTimeOffset now, out DateTimeOffset date) =>
        DateTimeOffset.TryParseExact(text, [ImfFixdate, Asctime], CultureInfo.InvariantCulture, Utc, out date)
        || DateTimeOffset.TryParseExact(text, Rfc850, CultureOf(now), Utc, out date);

    /// <summary>A year of two digits that seems to be more than 50 years ahead is one of the past.</summary>
    private static CultureInfo CultureOf(DateTimeOffset now)
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.DateTimeFormat.Calendar = new GregorianCalendar { TwoDigitYearMax = Math.Min(now.Year + 50, 9999) };
        return culture;
    }
}
