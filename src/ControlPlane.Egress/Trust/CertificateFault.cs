using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Egress.Trust;

/// <summary>Says in words what is wrong with a receiver's certificate.</summary>
internal static class CertificateFault
{
    public static string Describe(
        SslPolicyErrors errors,
        IReadOnlyCollection<X509ChainStatus> chain,
        IReadOnlyCollection<string> weaknesses,
        X509Certificate2? certificate,
        DateTimeOffset now)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return "The receiver presented no certificate.";
        }

        var flags = chain.Aggregate(X509ChainStatusFlags.NoError, (all, status) => all | status.Status);
        List<string> faults = [];
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            faults.Add("it is for another host");
        }

        if (flags.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            faults.Add(Validity(certificate, now));
        }

        if (flags.HasFlag(X509ChainStatusFlags.PartialChain))
        {
            faults.Add("its issuer is unknown, or the receiver leaves out an intermediate certificate");
        }

        if (flags.HasFlag(X509ChainStatusFlags.UntrustedRoot))
        {
            faults.Add(certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData)
                ? "it is self-signed"
                : "its root is not trusted");
        }

        if (flags.HasFlag(X509ChainStatusFlags.NotValidForUsage))
        {
            faults.Add("it is not meant for servers");
        }

        if (flags.HasFlag(X509ChainStatusFlags.NotSignatureValid))
        {
            faults.Add("its signature is not its issuer's");
        }

        faults.AddRange(weaknesses);
        if (faults.Count == 0)
        {
            faults.Add(flags == X509ChainStatusFlags.NoError ? "it is not trusted" : $"it is not valid ({flags})");
        }

        return $"The receiver's certificate is refused: {string.Join("; ", faults)}.";
    }

    private static string Validity(X509Certificate2 certificate, DateTimeOffset now)
    {
        var (notBefore, notAfter) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        return now.UtcDateTime > notAfter ? $"it expired on {Date(notAfter)}"
            : now.UtcDateTime < notBefore ? $"it is not valid before {Date(notBefore)}"
            : "a certificate that issued it is out of date";
    }

    private static string Date(DateTime time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
