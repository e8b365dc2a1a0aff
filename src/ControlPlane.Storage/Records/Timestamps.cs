namespace ControlPlane.Storage;

/// <summary>Times in the precision that every engine stores: microseconds.</summary>
public static class Timestamps
{
    /// <summary>The current time, cut to whole microseconds so that it reads back equal.</summary>
    public static DateTimeOffset GetStoreNow(this TimeProvider clock) => clock.GetUtcNow().ToStorePrecision();

    /// <summary>The time cut to whole microseconds.</summary>
    public static DateTimeOffset ToStorePrecision(this DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));

    /// <summary>Unix microseconds.</summary>
    public static long ToMicroseconds(this DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>The time of unix microseconds.</summary>
    public static DateTimeOffset FromMicroseconds(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
