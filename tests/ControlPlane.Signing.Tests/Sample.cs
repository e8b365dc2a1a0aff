using System.Text;

namespace ControlPlane.Signing.Tests;

/// <summary>One fixed message and secret, and short ways to sign and verify it.</summary>
internal static class Sample
{
    public const string Secret = "ref-secret-0123456789";

    /// <summary>The base64 of the bytes 1 to 32.</summary>
    public const string WhsecSecret = "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";

    public static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123);

    public static readonly byte[] Payload = Encoding.UTF8.GetBytes("""{"a": 1, "b":"é"}""");

    public static SigningRequest Request { get; } = new()
    {
        MessageId = "evt_01",
        EventType = "message.new",
        Timestamp = Time,
        CreateTime = DateTimeOffset.FromUnixTimeMilliseconds(1_699_999_990_456),
        Payload = Payload,
        Instance = "shop-7",
        DeliveryId = "dlv_02",
        WebhookId = "wh_03",
    };

    public static TheoryData<string> DialectNames { get; } = [.. BuiltInDialects.All.Select(d => d.Name)];

    public static Dialect Dialect(string name) =>
        BuiltInDialects.TryGet(name, out var dialect) ? dialect : throw new ArgumentException($"No dialect {name}.", nameof(name));

    public static SignedWebhook Sign(Dialect dialect, SigningRequest request, params string[] secrets) =>
        new WebhookSigner(dialect).Sign(request, [.. secrets.Select(s => SigningKey.FromSecret(dialect, s))]);

    /// <summary>Verifies whatever the time.</summary>
    public static VerificationResult Verify(Dialect dialect, SignedWebhook webhook, params string[] secrets) =>
        new WebhookVerifier(secrets, dialect, Timeout.InfiniteTimeSpan).Verify(webhook.Headers, webhook.Body.Span);

    public static string Header(SignedWebhook webhook, string name) =>
        Assert.Single(webhook.Headers, h => h.Key == name).Value;

    public static SignedWebhook WithHeader(SignedWebhook webhook, string name, string value) =>
        webhook with { Headers = [.. webhook.Headers.Select(h => h.Key == name ? new(name, value) : h)] };

    public static SignedWebhook WithoutHeader(SignedWebhook webhook, string name) =>
        webhook with { Headers = webhook.Headers.RemoveAll(h => h.Key == name) };
}
