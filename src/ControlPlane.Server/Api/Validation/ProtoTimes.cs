using ControlPlane.Server.Api.Errors;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Api.Validation;

/// <summary>
/// Durations and timestamps of requests. Senders can put values into them that neither the proto's own rules nor .NET's types
/// allow; the library's conversions throw at those.
/// </summary>
internal static class ProtoTimes
{
    private const long LargestSeconds = 315_576_000_000;
    private const int NanosPerSecond = 1_000_000_000;
    private const int NanosPerMicrosecond = 1000;
    private const int NanosPerTick = 100;
    private static readonly DateTimeOffset FirstTime = DateTimeOffset.MinValue;
    private static readonly DateTimeOffset LastTime = DateTimeOffset.MaxValue;

    /// <summary>Reads a duration, cut to 100 ns; false if it breaks the rules of <c>google.protobuf.Duration</c>.</summary>
    public static bool TryRead(Duration duration, out TimeSpan value)
    {
        var (seconds, nanos) = (duration.Seconds, duration.Nanos);
        var valid = seconds is >= -LargestSeconds and <= LargestSeconds
            && nanos is > -NanosPerSecond and < NanosPerSecond
            && (seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0));
        value = valid ? new TimeSpan((seconds * TimeSpan.TicksPerSecond) + (nanos / NanosPerTick)) : default;
        return valid;
    }

    /// <summary>Reads a time, cut to 100 ns; false if it breaks the rules of <c>google.protobuf.Timestamp</c>.</summary>
    public static bool TryRead(Timestamp timestamp, out DateTimeOffset value)
    {
        var valid = timestamp.Seconds >= FirstTime.ToUnixTimeSeconds()
            && timestamp.Seconds <= LastTime.ToUnixTimeSeconds()
            && timestamp.Nanos is >= 0 and < NanosPerSecond;
        value = valid ? DateTimeOffset.FromUnixTimeSeconds(timestamp.Seconds).AddTicks(timestamp.Nanos / NanosPerTick) : default;
        return valid;
    }

    /// <summary>Notes a duration outside its limits. Returns it if it is set and valid, else null.</summary>
    /// <param name="violations">Where to note.</param>
    /// <param name="field">Its path.</param>
    /// <param name="duration">The duration; null passes.</param>
    /// <param name="minimum">The shortest allowed.</param>
    /// <param name="maximum">The longest allowed.</param>
    /// <param name="range">The limits in words.</param>
    public static TimeSpan? CheckDuration(
        Violations violations, string field, Duration? duration, TimeSpan minimum, TimeSpan maximum, string range)
    {
        if (duration is null)
        {
            return null;
        }

        // What was cut off counts: a nanosecond more than the maximum is more.
        var rest = duration.Nanos % NanosPerTick;
        if (TryRead(duration, out var value)
            && (rest < 0 ? value > minimum : value >= minimum)
            && (rest > 0 ? value < maximum : value <= maximum))
        {
            return value;
        }

        violations.Add(field, "OUT_OF_RANGE", $"must be {range}");
        return null;
    }

    /// <summary>
    /// Notes an invalid time. Returns it, as the end of a range, if it is set and valid. It is rounded up to the microseconds
    /// that the store counts in: what is there is before it, or not before it, exactly if that holds of the time itself.
    /// </summary>
    public static DateTimeOffset? CheckBound(Violations violations, string field, Timestamp? timestamp)
    {
        if (CheckTime(violations, field, timestamp) is not { } time)
        {
            return null;
        }

        var rest = timestamp!.Nanos % NanosPerMicrosecond;
        var whole = time.AddTicks(-(rest / NanosPerTick));
        return rest == 0 || whole > LastTime.AddMicroseconds(-1) ? whole : whole.AddMicroseconds(1);
    }

    /// <summary>Notes an invalid time. Returns it if it is set and valid, else null.</summary>
    public static DateTimeOffset? CheckTime(Violations violations, string field, Timestamp? timestamp)
    {
        if (timestamp is null)
        {
            return null;
        }

        if (TryRead(timestamp, out var value))
        {
            return value;
        }

        violations.Add(field, "OUT_OF_RANGE", "must be a time from year 1 to year 9999");
        return null;
    }
}
