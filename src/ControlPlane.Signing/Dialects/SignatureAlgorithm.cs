namespace ControlPlane.Signing;

/// <summary>What is computed over the signed content.</summary>
public enum SignatureAlgorithm
{
    /// <summary>HMAC (RFC 2104) with SHA-256: 32 bytes.</summary>
    HmacSha256,

    /// <summary>HMAC (RFC 2104) with SHA-512: 64 bytes.</summary>
    HmacSha512,

    /// <summary>
    /// Nothing is computed: the secret itself is sent in place of a signature. It proves who sent the request to a
    /// receiver that trusts the transport, but protects neither the body nor the secret from whoever can read the request.
    /// </summary>
    None,
}
