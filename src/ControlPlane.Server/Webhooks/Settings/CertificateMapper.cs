using System.Security.Cryptography.X509Certificates;
using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>Between a client certificate of the API and of the store.</summary>
internal static class CertificateMapper
{
    /// <summary>Longer names are cut.</summary>
    private const int LongestName = 1_024;

    public static CertificateInfo ToProto(X509Certificate2 certificate) => new()
    {
        Subject = Cut(certificate.Subject),
        Issuer = Cut(certificate.Issuer),
        SerialNumber = certificate.SerialNumber,
        NotBeforeTime = certificate.NotBefore.ToUniversalTime().ToTimestamp(),
        NotAfterTime = certificate.NotAfter.ToUniversalTime().ToTimestamp(),
    };

    /// <summary>As it is shown: without its key.</summary>
    public static ClientCertificate ToProto(ClientCertificateRecord record) => new()
    {
        CertificateChain = record.Chain,
        Certificates =
        {
            record.Certificates.Select(certificate => new CertificateInfo
            {
                Subject = certificate.Subject,
                Issuer = certificate.Issuer,
                SerialNumber = certificate.SerialNumber,
                NotBeforeTime = certificate.NotBefore.ToTimestamp(),
                NotAfterTime = certificate.NotAfter.ToTimestamp(),
            }),
        },
    };

    /// <summary>As it is stored, once its key is sealed.</summary>
    /// <param name="certificate">One that was checked.</param>
    /// <param name="before">The one before, whose key stays if there is no other.</param>
    public static ClientCertificateRecord ToRecord(ClientCertificate certificate, ClientCertificateRecord? before) => new(
        certificate.CertificateChain,
        certificate.PrivateKey.Length > 0 ? certificate.PrivateKey : before?.Key ?? "",
        [
            .. certificate.Certificates.Select(info => new CertificateRecord(
                info.Subject, info.Issuer, info.SerialNumber, info.NotBeforeTime.ToDateTimeOffset(), info.NotAfterTime.ToDateTimeOffset())),
        ]);

    private static string Cut(string text) => text.Length <= LongestName ? text : text[..LongestName];
}
