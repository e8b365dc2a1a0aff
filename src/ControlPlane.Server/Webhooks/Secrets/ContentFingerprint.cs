using System.Security.Cryptography;

namespace ControlPlane.Server.Webhooks.Secrets;

/// <summary>
/// Tells whether two requests asked for the same. Keyed, because a request can hold a secret that is weak enough to be guessed
/// from a plain hash in a stolen store.
/// </summary>
internal sealed class ContentFingerprint(MasterKey masterKey)
{
    private readonly byte[] _key = masterKey.Derive("controlplane request fingerprints v1");

    /// <summary>64 hex digits.</summary>
    public string Of(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, content));
}
