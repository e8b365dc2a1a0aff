using System.Globalization;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Cli.Values;

/// <summary>
/// The backoff of a retry policy in one word: a preset (<c>standard</c>, <c>wawp</c>, ...), <c>exponential:INITIAL,FACTOR,MAX</c> (each part optional from the
/// right), <c>fixed:DELAY</c>, <c>schedule:DELAY,DELAY,...</c>.
/// </summary>
internal static class BackoffText
{
    public const string Expected = "standard, wawp, wahooks, gowa, exponential:5s,2,1h, fixed:2s or schedule:5s,10s";

    /// <summary>Reads the text into a policy that has nothing but its backoff. Limits are the server's to judge.</summary>
    public static bool TryParse(string? text, out RetryPolicy policy) => Read(text, policy = new RetryPolicy());

    /// <summary>The text of a policy's backoff.</summary>
    public static string Format(RetryPolicy? policy) => policy?.BackoffCase switch
    {
        RetryPolicy.BackoffOneofCase.Exponential => Exponential(policy.Exponential),
        RetryPolicy.BackoffOneofCase.Fixed => $"fixed:{Text(policy.Fixed.Delay)}",
        RetryPolicy.BackoffOneofCase.Schedule => $"schedule:{string.Join(',', policy.Schedule.Delays.Select(Text))}",
        _ => policy?.Preset is { Length: > 0 } preset ? preset : "standard",
    };

    private static bool Read(string? text, RetryPolicy policy)
    {
        var (name, parts) = (text ?? "").Split(':', 2) is [var head, var tail] ? (head, tail.Split(',')) : (text ?? "", []);
        switch (name.Trim().ToLowerInvariant())
        {
            case "standard":
                return parts.Length == 0;
            case "wawp" or "wahooks" or "gowa":
                policy.Preset = name.Trim().ToLowerInvariant();
                return parts.Length == 0;
            case "exponential":
                policy.Exponential = new RetryPolicy.Types.Exponential();
                return parts.Length <= 3
                    && (parts.Length < 1 || TryDuration(parts[0], d => policy.Exponential.Initial = d))
                    && (parts.Length < 2 || TryFactor(parts[1], f => policy.Exponential.Multiplier = f))
                    && (parts.Length < 3 || TryDuration(parts[2], d => policy.Exponential.Max = d));
            case "fixed":
                policy.Fixed = new RetryPolicy.Types.Fixed();
                return parts.Length == 1 && TryDuration(parts[0], d => policy.Fixed.Delay = d);
            case "schedule":
                policy.Schedule = new RetryPolicy.Types.Schedule();
                return parts.Length > 0 && parts.All(part => TryDuration(part, policy.Schedule.Delays.Add));
            default:
                return false;
        }
    }

    private static string Exponential(RetryPolicy.Types.Exponential backoff)
    {
        // The server fills in what was left out; these are its defaults for the rest.
        var initial = backoff.Initial is { } first ? Text(first) : "5s";
        var factor = backoff.Multiplier == 0 ? 2 : backoff.Multiplier;
        var max = backoff.Max is { } longest ? Text(longest) : "1h";
        return string.Create(CultureInfo.InvariantCulture, $"exponential:{initial},{factor:R},{max}");
    }

    private static string Text(Duration? duration) => DurationText.Format(duration?.ToTimeSpan() ?? TimeSpan.Zero);

    private static bool TryDuration(string text, Action<Duration> take)
    {
        if (!DurationText.TryParse(text, out var value))
        {
            return false;
        }

        take(Duration.FromTimeSpan(value));
        return true;
    }

    private static bool TryFactor(string text, Action<double> take)
    {
        const NumberStyles style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!double.TryParse(text, style, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
        {
            return false;
        }

        take(value);
        return true;
    }
}
