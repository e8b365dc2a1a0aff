using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Server.Api.Errors;
using ControlPlane.V1;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>Which certificates and keys a webhook's requests may be made with.</summary>
/// <param name="violations">Where to note what is wrong.</param>
/// <param name="now">The current time.</param>
internal sealed class ClientCertificateValidator(Violations violations, DateTimeOffset now)
{
    public const int LongestChain = 16_384;
    public const int LongestKey = 8_192;
    public const int MostCertificates = 8;

    private const string Field = "webhook.client_certificate";
    private const string ChainField = $"{Field}.certificate_chain";
    private const string KeyField = $"{Field}.private_key";
    private const int LeastRsaBits = 2_048;
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string AnyUsage = "2.5.29.37.0";

    /// <summary>
    /// Checks a certificate and puts chain and key into the form in which they are kept. What a webhook has already is not judged again,
    /// so that other settings can be changed when a certificate has ended.
    /// </summary>
    public void Check(ClientCertificate asked, ClientCertificate? current)
    {
        asked.Certificates.Clear();
        if (asked.PrivateKey.Length == 0 && asked.CertificateChain == current?.CertificateChain)
        {
            asked.Certificates.Add(current.Certificates);
            return;
        }

        var chain = ReadChain(asked.CertificateChain);
        if (chain.Count > 0)
        {
            CheckChain(chain);
            asked.CertificateChain = string.Concat(chain.Select(certificate => certificate.ExportCertificatePem() + "\n"));
            asked.Certificates.Add(chain.Select(CertificateMapper.ToProto));
        }

        asked.PrivateKey = ReadKey(asked.PrivateKey, chain.FirstOrDefault(), current) ?? asked.PrivateKey;
    }

    private List<X509Certificate2> ReadChain(string text)
    {
        if (text.Length is 0 or > LongestChain)
        {
            Add(ChainField, text.Length == 0 ? "REQUIRED" : "TOO_LONG", $"must be 1 to {MostCertificates} certificates in PEM, in at most {LongestChain:N0} characters");
            return [];
        }

        var certificates = new List<X509Certificate2>();
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var pem))
        {
            if (!rest[pem.Label].SequenceEqual("CERTIFICATE"))
            {
                Add(ChainField, "PEM_UNEXPECTED", "must hold nothing but certificates, since it is shown; the private key has a field of its own");
                return [];
            }

            try
            {
                certificates.Add(X509CertificateLoader.LoadCertificate(Convert.FromBase64String(rest[pem.Base64Data].ToString())));
            }
            catch (CryptographicException)
            {
                Add(ChainField, "CERTIFICATE_INVALID", $"holds something as certificate {certificates.Count + 1} that is none");
                return [];
            }

            rest = rest[pem.Location.End..];
        }

        if (certificates.Count is 0 or > MostCertificates)
        {
            Add(ChainField, certificates.Count == 0 ? "PEM_INVALID" : "TOO_MANY", $"must be 1 to {MostCertificates} certificates in PEM");
            return [];
        }

        return certificates;
    }

    private void CheckChain(List<X509Certificate2> chain)
    {
        for (var i = 0; i < chain.Count; i++)
        {
            var who = $"must be certificates that are valid now: number {i + 1}";
            if (chain[i].NotAfter.ToUniversalTime() <= now.UtcDateTime)
            {
                Add(ChainField, "CERTIFICATE_EXPIRED", $"{who} ended on {chain[i].NotAfter.ToUniversalTime():yyyy-MM-dd}");
            }
            else if (chain[i].NotBefore.ToUniversalTime() > now.UtcDateTime)
            {
                Add(ChainField, "CERTIFICATE_NOT_YET_VALID", $"{who} begins on {chain[i].NotBefore.ToUniversalTime():yyyy-MM-dd}");
            }

            if (KeyProblem(chain[i]) is { } problem)
            {
                Add(ChainField, "KEY_NOT_SUPPORTED", $"must have {problem}: number {i + 1} has not");
            }

            if (i > 0 && !CertificateSignature.IsBy(chain[i - 1], chain[i]))
            {
                Add(ChainField, "CHAIN_ORDER", $"must have behind each certificate the one that issued it: number {i + 1} did not issue number {i}");
            }
        }

        var usage = chain[0].Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault()?.EnhancedKeyUsages;
        if (usage is not null && !usage.OfType<Oid>().Any(oid => oid.Value is ClientAuthentication or AnyUsage))
        {
            Add(ChainField, "NOT_FOR_CLIENTS", "must begin with a certificate whose extended key usage has client authentication, or which has none");
        }
    }

    private static string? KeyProblem(X509Certificate2 certificate)
    {
        const string Needed = "keys of RSA with at least 2,048 bits, or of an elliptic curve for ECDSA";
        try
        {
            using var rsa = certificate.GetRSAPublicKey();
            using var curve = certificate.GetECDsaPublicKey();
            return rsa?.KeySize >= LeastRsaBits || curve?.KeySize >= 256 ? null : Needed;
        }
        catch (CryptographicException)
        {
            return Needed;
        }
    }

    private string? ReadKey(string text, X509Certificate2? certificate, ClientCertificate? current)
    {
        if (text.Length == 0 && current is not null)
        {
            using var before = X509Certificate2.CreateFromPem(current.CertificateChain);
            if (certificate is not null && !HasKey(before, certificate))
            {
                Add(KeyField, "KEY_MISMATCH", "must be set: the key that is stored is not that of the certificate");
            }

            return null;
        }

        if (text.Length is 0 or > LongestKey)
        {
            Add(KeyField, text.Length == 0 ? "REQUIRED" : "TOO_LONG", $"must be the certificate's private key in PEM, in at most {LongestKey:N0} characters");
            return null;
        }

        if (text.Contains("ENCRYPTED", StringComparison.Ordinal))
        {
            Add(KeyField, "KEY_ENCRYPTED", "must not be encrypted");
            return null;
        }

        try
        {
            using AsymmetricAlgorithm key = certificate?.GetECDsaPublicKey() is null ? RSA.Create() : ECDsa.Create();
            key.ImportFromPem(text);
            if (certificate is not null && !key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo()))
            {
                Add(KeyField, "KEY_MISMATCH", "must be the private key of the chain's first certificate");
            }

            return key.ExportPkcs8PrivateKeyPem();
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            // Of a certificate that could not be read, the kind of the key is not known either.
            if (certificate is not null)
            {
                Add(KeyField, "KEY_INVALID", "must be one private key of the certificate's kind in PEM: PKCS #8, PKCS #1 or SEC 1");
            }

            return null;
        }
    }

    private static bool HasKey(X509Certificate2 one, X509Certificate2 other) =>
        one.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(other.PublicKey.ExportSubjectPublicKeyInfo());

    private void Add(string field, string reason, string message) => violations.Add(field, reason, message);
}
