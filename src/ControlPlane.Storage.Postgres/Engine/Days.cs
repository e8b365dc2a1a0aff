namespace ControlPlane.Storage.Postgres;

/// <summary>
/// The numbers of events and deliveries: the day on which they were given, in days since 1970, and below that a count. They grow, also
/// when the clock steps back; then they stay in the later day.
/// </summary>
internal static class Days
{
    private const int CountBits = 36;

    /// <summary>The day of a time.</summary>
    public static long Of(DateTimeOffset time) => time.ToMicroseconds() / (24L * 3600 * 1_000_000);

    /// <summary>When a day begins.</summary>
    public static DateTimeOffset BeginOf(long day) => DateTimeOffset.UnixEpoch.AddDays(day);

    /// <summary>The day on which a number was given.</summary>
    public static long OfSeq(long seq) => seq >> CountBits;

    /// <summary>The number before the first one of a day.</summary>
    public static long FirstSeq(long day) => day << CountBits;

    /// <summary>
    /// The least number that something with a generated id can have, going by the time in its ULID, with a day to spare for clocks that
    /// differ; 0 if it is no such id.
    /// </summary>
    public static long LeastSeqOf(string id)
    {
        const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
        var separator = id.LastIndexOf('_');
        if (id.Length - separator - 1 != 26)
        {
            return 0;
        }

        long milliseconds = 0;
        foreach (var character in id.AsSpan(separator + 1, 10))
        {
            var digit = Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (digit < 0)
            {
                return 0;
            }

            milliseconds = (milliseconds << 5) | (long)digit;
        }

        var day = milliseconds / (24L * 3600 * 1000);
        return day is > 0 and < 1L << 20 ? FirstSeq(day - 1) : 0;
    }
}
