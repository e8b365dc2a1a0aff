namespace ControlPlane.Storage.Transitions;

/// <summary>What there is to read for a query: minutes and, unless those are asked for themselves, hours; the last ones included.</summary>
public readonly record struct StatsWindow(StatsQuery Query, long FirstMinute, long LastMinute, long FirstHour, long LastHour)
{
    /// <summary>Makes the buckets of what is stored of the minutes and the hours.</summary>
    public IReadOnlyList<StatsBucket> Fill(
        IEnumerable<(long Minute, int[] Numbers)> minutes, IEnumerable<(long Hour, int[] Numbers)> hours)
    {
        var ofMinutes = Query.Size == BucketSize.Minute;
        var (first, size) = ofMinutes ? (FirstMinute, TimeSpan.FromMinutes(1)) : (FirstHour, TimeSpan.FromHours(1));
        var counts = Enumerable.Range(0, Query.Buckets).Select(_ => new AttemptCounts()).ToArray();
        foreach (var (minute, numbers) in minutes)
        {
            counts[(ofMinutes ? minute : StatsBuckets.HourOfMinute(minute)) - first].Add(numbers);
        }

        foreach (var (hour, numbers) in hours)
        {
            counts[hour - first].Add(numbers);
        }

        return [.. counts.Select((each, i) => new StatsBucket(DateTimeOffset.UnixEpoch + ((first + i) * size), each))];
    }
}
