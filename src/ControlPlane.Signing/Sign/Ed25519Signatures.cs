namespace ControlPlane.Signing;

/// <summary>What the Standard Webhooks specification lays down for Ed25519: <c>v1a,&lt;base64&gt;</c> where an HMAC has <c>v1,</c>.</summary>
internal static class Ed25519Signatures
{
    /// <summary>The length of a signature in bytes.</summary>
    public const int Length = 64;

    /// <summary>The length of a signature in base64.</summary>
    public const int TextLength = 88;

    /// <summary>The template of a header's item with such a signature, from that with the dialect's own.</summary>
    public static string ItemOf(string value) => value.Replace("v1,", "v1a,", StringComparison.Ordinal);
}
