namespace ControlPlane.Storage.Transitions;

/// <summary>
/// Which bucket a time belongs to. Buckets are numbered from 1970 on: minutes by minutes, hours by hours. Attempts are counted in minutes
/// alone; retention moves those that are over an hour old into their hours, so that each attempt is counted in one place.
/// </summary>
public static class StatsBuckets
{
    /// <summary>Minutes that are kept apart, the current one included.</summary>
    public const int Minutes = 60;

    /// <summary>Hours that are kept, the current one included.</summary>
    public const int Hours = 30 * 24;

    /// <summary>Waiting deliveries of a webhook that are looked at for the oldest of them.</summary>
    public const int LookAtMost = 100;

    public static long MinuteOf(DateTimeOffset time) => Divide(time, TimeSpan.FromMinutes(1));

    public static long HourOf(DateTimeOffset time) => Divide(time, TimeSpan.FromHours(1));

    public static long HourOfMinute(long minute) => minute / 60;

    /// <summary>The first minute that stays one of its own.</summary>
    public static long FirstMinute(DateTimeOffset now) => MinuteOf(now) - Minutes + 1;

    /// <summary>The first hour that stays.</summary>
    public static long FirstHour(DateTimeOffset now) => HourOf(now) - Hours + 1;

    /// <summary>Returns what there is to read for a query.</summary>
    public static StatsWindow WindowOf(StatsQuery query, DateTimeOffset now)
    {
        if (query.Size == BucketSize.Minute)
        {
            return new StatsWindow(query, MinuteOf(now) - query.Buckets + 1, MinuteOf(now), 1, 0);
        }

        var first = HourOf(now) - query.Buckets + 1;
        return new StatsWindow(query, first * 60, MinuteOf(now), first, HourOf(now));
    }

    private static long Divide(DateTimeOffset time, TimeSpan size) => (time - DateTimeOffset.UnixEpoch).Ticks / size.Ticks;
}
