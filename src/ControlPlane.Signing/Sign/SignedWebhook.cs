using System.Collections.Immutable;

namespace ControlPlane.Signing;

/// <summary>A request body and the headers that prove it.</summary>
/// <param name="Body">
/// The bytes to send. Without an envelope this is the very memory of <see cref="SigningRequest.Payload"/>, not a copy.
/// </param>
/// <param name="ContentType">
/// The <c>Content-Type</c> to send: <c>application/json</c> with an envelope; otherwise what the request said, or
/// <c>application/octet-stream</c> when that is not printable ASCII.
/// </param>
/// <param name="Headers">
/// The dialect's headers in its order; values are printable ASCII. With <see cref="SignatureAlgorithm.None"/> one of them
/// is the secret: keep them out of logs.
/// </param>
public readonly record struct SignedWebhook(
    ReadOnlyMemory<byte> Body,
    string ContentType,
    ImmutableArray<KeyValuePair<string, string>> Headers);
