using System.Globalization;
using System.Net.Http.Headers;

namespace ControlPlane.Server.Sending;

/// <summary>Reads <c>Retry-After</c> (RFC 9110, 10.2.3): whole seconds or an HTTP date.</summary>
internal static class RetryAfter
{
    /// <summary>No receiver can put a delivery off for longer.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>How long to wait, 0 to 24 hours; null if there is no header or it makes no sense.</summary>
    public static TimeSpan? Read(HttpResponseHeaders headers, DateTimeOffset now)
    {
        if (!headers.NonValidated.TryGetValues("Retry-After", out var values) || values.Count == 0)
        {
            return null;
        }

        var value = values.First().Trim();
        if (value.Length > 0 && value.All(char.IsAsciiDigit))
        {
            return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < Longest.TotalSeconds
                ? TimeSpan.FromSeconds(seconds)
                : Longest;
        }

        if (!HttpDate.TryRead(value, now, out var date))
        {
            return null;
        }

        var wait = date - now;
        return wait <= TimeSpan.Zero ? TimeSpan.Zero : wait < Longest ? wait : Longest;
    }
}
