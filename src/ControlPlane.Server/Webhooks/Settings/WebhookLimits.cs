namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>The limits that <c>webhook.proto</c> and <c>webhook_service.proto</c> promise.</summary>
internal static class WebhookLimits
{
    /// <summary>Of all settings together, serialized: they are in memory for every tenant that publishes, and in every list.</summary>
    public const int Bytes = 32 << 10;

    public const int Name = 200;
    public const int Description = 1_000;
    public const int ExternalId = 256;
    public const int RequestId = 128;
    public const int EventTypes = 200;
    public const int Instances = 200;
    public const int MatchLabelValue = 2_048;
    public const int Headers = 32;
    public const int HeaderValue = 2_048;
    public const int MaxInFlight = 1_024;
    public const double MaxRatePerSecond = 100_000;

    public static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(60);
}
