using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Egress.Trust;

/// <summary>The operator's PEM bundle of roots. What is in it besides certificates, a private key say, is passed over.</summary>
internal static class TrustedCertificates
{
    public static bool TryLoad(string path, [NotNullWhen(true)] out X509Certificate2Collection? certificates, out string fault)
    {
        certificates = null;
        var loaded = new X509Certificate2Collection();
        try
        {
            loaded.ImportFromPemFile(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            fault = $"\"{path}\" cannot be read";
            return false;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            fault = $"\"{path}\" is not a PEM bundle";
            return false;
        }

        fault = loaded.Count > 0 ? "" : $"\"{path}\" holds no certificate";
        certificates = loaded;
        return loaded.Count > 0;
    }
}
