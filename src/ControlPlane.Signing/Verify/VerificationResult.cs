namespace ControlPlane.Signing;

/// <summary>The result of a verification.</summary>
/// <param name="Status">What came out.</param>
/// <param name="Message">A sentence for logs; it contains header names, but neither secrets nor anything received.</param>
public sealed record VerificationResult(VerificationStatus Status, string Message)
{
    /// <summary>Whether the request is authentic; refuse it otherwise, best with status 401.</summary>
    public bool IsValid => Status == VerificationStatus.Valid;

    internal static VerificationResult Valid { get; } = new(VerificationStatus.Valid, "The signature is valid.");

    internal static VerificationResult Mismatch { get; } = new(
        VerificationStatus.SignatureMismatch,
        "No signature fits. Check that the secret is the webhook's and that the body is verified byte for byte as received.");

    internal static VerificationResult Missing(IEnumerable<string> names) =>
        new(VerificationStatus.MissingHeader, $"The header '{string.Join("' or '", names)}' is missing.");

    internal static VerificationResult Malformed(string name) =>
        new(VerificationStatus.MalformedHeader, $"The header '{name}' is malformed or contradicts another one.");

    internal static VerificationResult TooOld(TimeSpan tolerance) =>
        new(VerificationStatus.TimestampTooOld, $"The timestamp is further in the past than the tolerance of {tolerance:c}.");

    internal static VerificationResult TooNew(TimeSpan tolerance) =>
        new(VerificationStatus.TimestampTooNew, $"The timestamp is further in the future than the tolerance of {tolerance:c}.");
}
