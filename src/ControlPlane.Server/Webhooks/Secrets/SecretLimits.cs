namespace ControlPlane.Server.Webhooks.Secrets;

/// <summary>The limits of a webhook's secrets, as <c>webhook_service.proto</c> states them.</summary>
internal static class SecretLimits
{
    /// <summary>How many secrets of a webhook sign at once.</summary>
    public const int Signing = 5;

    /// <summary>How long the secrets before a new one sign on, if the request sets no period.</summary>
    public static readonly TimeSpan DefaultGrace = TimeSpan.FromHours(24);

    public static readonly TimeSpan LongestGrace = TimeSpan.FromDays(7);
}
