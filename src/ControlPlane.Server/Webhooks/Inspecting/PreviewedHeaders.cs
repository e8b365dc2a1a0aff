using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Signing;
using ControlPlane.V1;
using SignatureAlgorithm = ControlPlane.Signing.SignatureAlgorithm;

namespace ControlPlane.Server.Webhooks.Inspecting;

/// <summary>The headers of a built request as they may be shown.</summary>
internal static class PreviewedHeaders
{
    private const string Signature = "{sig}";

    /// <summary>All of them, in the order in which the handler writes them.</summary>
    public static IEnumerable<HttpHeader> Of(HttpRequestMessage request)
    {
        // Asking for the length is what adds its header, as the handler does before it writes.
        _ = request.Content!.Headers.ContentLength;
        return request.Headers.NonValidated
            .Concat(request.Content.Headers.NonValidated)
            .SelectMany(header => header.Value, (header, value) => new HttpHeader { Name = header.Key, Value = value });
    }

    /// <summary>Puts a mask in place of credentials among the webhook's own headers; answers the names of those headers.</summary>
    public static IReadOnlyList<string> RedactCredentials(IEnumerable<HttpHeader> headers, IEnumerable<string> own)
    {
        var names = own.Where(HeaderCredentials.Covers).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var redacted = headers.Where(header => names.Contains(header.Name)).ToList();
        redacted.ForEach(header => header.Value = HeaderCredentials.Mask);
        return [.. redacted.Select(header => header.Name)];
    }

    /// <summary>
    /// Puts the hint in place of a secret that a dialect sends as it is. Returns the names of those headers. A hash shows nothing
    /// of its key and stays.
    /// </summary>
    public static IReadOnlyList<string> Redact(IEnumerable<HttpHeader> headers, Dialect dialect, string hint)
    {
        if (dialect.Algorithm != SignatureAlgorithm.None)
        {
            return [];
        }

        var names = dialect.Headers
            .Where(header => header.Value.Contains(Signature, StringComparison.Ordinal))
            .Select(header => header.Name)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        var redacted = headers.Where(header => names.Contains(header.Name)).ToList();
        redacted.ForEach(header => header.Value = hint);
        return [.. redacted.Select(header => header.Name)];
    }
}
