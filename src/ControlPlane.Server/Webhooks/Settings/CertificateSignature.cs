using System.Security.Cryptography.X509Certificates;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.Security.Certificates;
using Org.BouncyCastle.X509;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>Who signed a certificate. The base class library tells that of whole chains with a trusted root alone.</summary>
internal static class CertificateSignature
{
    /// <summary>Whether one certificate was issued by another one.</summary>
    public static bool IsBy(X509Certificate2 certificate, X509Certificate2 issuer)
    {
        if (!certificate.IssuerName.RawData.AsSpan().SequenceEqual(issuer.SubjectName.RawData))
        {
            return false;
        }

        try
        {
            var parser = new X509CertificateParser();
            parser.ReadCertificate(certificate.RawData).Verify(parser.ReadCertificate(issuer.RawData).GetPublicKey());
            return true;
        }
        catch (Exception e) when (e is GeneralSecurityException or CertificateException or IOException or ArgumentException)
        {
            return false;
        }
    }
}
