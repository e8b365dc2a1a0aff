using ControlPlane.Signing;

namespace ControlPlane.Testing;

/// <summary>A request as it came.</summary>
/// <param name="Number">1 for the first of its inbox.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">With the query.</param>
/// <param name="Headers">By name in any case.</param>
/// <param name="Body">The raw bytes.</param>
public sealed record ReceivedRequest(
    int Number, string Method, string Path, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body)
{
    public string Id => Header("webhook-id") ?? "";

    public long Timestamp => long.Parse(Header("webhook-timestamp") ?? "0", System.Globalization.CultureInfo.InvariantCulture);

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>What a receiver with this secret finds.</summary>
    public VerificationResult Verify(string secret) => new WebhookVerifier(secret).Verify(Header, Body.Span);
}
