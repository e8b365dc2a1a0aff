using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Egress.Trust;

/// <summary>
/// Finds keys and signatures in a chain that no longer prove anything: 112 bits of security at least, as OpenSSL's security level 2
/// and the CA/Browser Forum's baseline requirements (6.1.5, 7.1.3.2) ask for.
/// </summary>
internal static class WeakCertificates
{
    private const int LeastRsaBits = 2048;
    private const int LeastCurveBits = 224;

    /// <summary>MD2, MD4, MD5 and SHA-1 with RSA, the last under two names, with DSA and with ECDSA.</summary>
    private static readonly Dictionary<string, string> BrokenHashes = new(StringComparer.Ordinal)
    {
        ["1.2.840.113549.1.1.2"] = "MD2",
        ["1.2.840.113549.1.1.3"] = "MD4",
        ["1.2.840.113549.1.1.4"] = "MD5",
        ["1.2.840.113549.1.1.5"] = "SHA-1",
        ["1.3.14.3.2.29"] = "SHA-1",
        ["1.2.840.10040.4.3"] = "SHA-1",
        ["1.2.840.10045.4.1"] = "SHA-1",
    };

    /// <summary>What is weak, as parts of a sentence about the receiver's certificate, which is the first of the chain.</summary>
    public static IEnumerable<string> Describe(X509ChainElementCollection chain)
    {
        for (var i = 0; i < chain.Count; i++)
        {
            var certificate = chain[i].Certificate;
            var who = i == 0 ? "it" : $"the certificate of {certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)} in its chain";
            if (ShortKey(certificate) is { } key)
            {
                yield return $"{who} has {key}";
            }

            // Whoever trusts a root has it already: what it says of itself with its own signature is of no importance.
            if (!IsSelfIssued(certificate) && BrokenHashes.TryGetValue(certificate.SignatureAlgorithm.Value ?? "", out var hash))
            {
                yield return $"{who} is signed with {hash}, which is broken";
            }
        }
    }

    private static string? ShortKey(X509Certificate2 certificate)
    {
        try
        {
            using var rsa = certificate.GetRSAPublicKey();
            using var curve = certificate.GetECDsaPublicKey();
            return rsa?.KeySize < LeastRsaBits ? Short("an RSA", rsa.KeySize, LeastRsaBits)
                : curve?.KeySize < LeastCurveBits ? Short("an elliptic curve", curve.KeySize, LeastCurveBits)
                : null;
        }
        catch (CryptographicException)
        {
            // A curve that the platform does not know: then the handshake did not come this far.
            return null;
        }
    }

    private static string Short(string kind, int bits, int least) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind} key of {bits:N0} bits, and {least:N0} are the least");

    private static bool IsSelfIssued(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
}
