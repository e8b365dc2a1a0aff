namespace ControlPlane.Server.Webhooks;

/// <summary>The limits that <c>webhook.proto</c> and <c>webhook_service.proto</c> promise.</summary>
internal static class WebhookLimits
{
    public const int Name = 200;
    public const int Description = 1_000;
    public const int ExternalId = 256;
    public const int RequestId = 128;
    public const int EventTypes = 200;
    public const int Instances = 200;
    public const int Headers = 32;
    public const int HeaderValue = 2_048;
    public const int MaxInFlight = 1_024;
    public const double MaxRatePerSecond = 100_000;
    public const int Delays = 50;
    public const int Attempts = 100;
    public const int NonRetryableStatuses = 64;

    /// <summary>How many secrets of a webhook sign at once.</summary>
    public const int Secrets = 5;

    public static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan LongestDelay = TimeSpan.FromHours(24);
    public static readonly TimeSpan DefaultInitial = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan DefaultMax = TimeSpan.FromHours(1);
    public static readonly TimeSpan ShortestAge = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LongestAge = TimeSpan.FromDays(30);
    public static readonly TimeSpan DefaultGrace = TimeSpan.FromHours(24);
    public static readonly TimeSpan LongestGrace = TimeSpan.FromDays(7);
}
