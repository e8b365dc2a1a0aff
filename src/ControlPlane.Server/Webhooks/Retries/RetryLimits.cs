namespace ControlPlane.Server.Webhooks.Retries;

/// <summary>The limits and defaults of a retry policy, as <c>webhook.proto</c> states them.</summary>
internal static class RetryLimits
{
    /// <summary>How many delays a schedule has at most.</summary>
    public const int Delays = 50;

    /// <summary>How many attempts a policy makes at most.</summary>
    public const int Attempts = 100;

    /// <summary>How many attempts an exponential or fixed backoff makes that sets no number.</summary>
    public const int DefaultAttempts = 10;

    public const int NonRetryableStatuses = 64;

    public static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan LongestDelay = TimeSpan.FromHours(24);

    /// <summary>The first delay of an exponential backoff that sets none.</summary>
    public static readonly TimeSpan DefaultInitial = TimeSpan.FromSeconds(5);

    /// <summary>What an exponential backoff multiplies each delay by if it sets nothing.</summary>
    public const double DefaultMultiplier = 2;

    /// <summary>The longest delay of an exponential backoff that sets none.</summary>
    public static readonly TimeSpan DefaultMax = TimeSpan.FromHours(1);

    public static readonly TimeSpan ShortestAge = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LongestAge = TimeSpan.FromDays(30);
}
