namespace ControlPlane.Server.Recording;

/// <summary>When owners of webhooks are warned: pure.</summary>
/// <param name="SuspendAfter">How long a webhook may fail.</param>
internal readonly record struct HealthWarnings(TimeSpan SuspendAfter)
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan CertificateSoon = TimeSpan.FromDays(14);
    private static readonly TimeSpan CertificateVerySoon = TimeSpan.FromDays(3);

    /// <summary>1 from half the time on, 2 from a day before its end on if that is later, else 0.</summary>
    public int StageOf(DateTimeOffset failingSince, DateTimeOffset now) => (now - failingSince) switch
    {
        var failed when failed >= SuspendAfter - Day && SuspendAfter > 2 * Day => 2,
        var failed when failed >= SuspendAfter / 2 => 1,
        _ => 0,
    };

    /// <summary>1 from 14 days before the end of a certificate on, 2 from 3 days, else 0.</summary>
    public static int StageOf(DateTimeOffset? expireTime, DateTimeOffset now) => (expireTime - now) switch
    {
        null => 0,
        var left when left <= CertificateVerySoon => 2,
        var left when left <= CertificateSoon => 1,
        _ => 0,
    };
}
