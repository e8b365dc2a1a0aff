using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Egress.Trust;

/// <summary>What a certificate says, taken out of it while it is there. The names are the receiver's text.</summary>
internal sealed record CertificateFacts(
    string Subject, string Issuer, DateTimeOffset NotBefore, DateTimeOffset NotAfter, IReadOnlyList<string> AlternativeNames)
{
    /// <summary>A handshake has room for more; nobody needs to see them.</summary>
    private const int MaxCertificates = 10;
    private const int MaxNames = 100;
    private const int MaxLength = 1024;

    /// <summary>The receiver's certificate, those that issued it, then what else it presented.</summary>
    public static IReadOnlyList<CertificateFacts> Of(X509Certificate2 leaf, X509Chain? chain)
    {
        var all = new List<X509Certificate2> { leaf };
        all.AddRange(chain?.ChainElements.Select(element => element.Certificate) ?? []);
        all.AddRange(chain?.ChainPolicy.ExtraStore ?? []);
        return
        [
            .. all.DistinctBy(certificate => certificate.Thumbprint)
                .Take(MaxCertificates)
                .Select((certificate, index) => Read(certificate, isLeaf: index == 0)),
        ];
    }

    private static CertificateFacts Read(X509Certificate2 certificate, bool isLeaf) => new(
        Cut(certificate.Subject),
        Cut(certificate.Issuer),
        certificate.NotBefore.ToUniversalTime(),
        certificate.NotAfter.ToUniversalTime(),
        isLeaf ? Names(certificate) : []);

    private static List<string> Names(X509Certificate2 certificate)
    {
        try
        {
            return certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault() is { } names
                ? [.. names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(a => a.ToString())).Take(MaxNames).Select(Cut)]
                : [];
        }
        catch (CryptographicException)
        {
            // Malformed: then it is for no name at all.
            return [];
        }
    }

    private static string Cut(string text) => text.Length <= MaxLength ? text : text[..MaxLength];
}
