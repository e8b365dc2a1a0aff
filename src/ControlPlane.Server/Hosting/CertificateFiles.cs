using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Server.Hosting;

/// <summary>The listener's certificate with its chain, as read from two PEM files.</summary>
/// <param name="Leaf">The first certificate of the file, with its private key.</param>
/// <param name="Context">What a handshake sends: the leaf and the intermediates, without the root.</param>
/// <param name="Content">The two files as they were read, to see whether they changed.</param>
internal sealed record CertificateFiles(X509Certificate2 Leaf, SslStreamCertificateContext Context, string Content)
{
    /// <summary>Returns the text of both files.</summary>
    /// <exception cref="CertificateException">A file cannot be read.</exception>
    public static string Read(string certificatePath, string keyPath) =>
        $"{ReadFile("CertificatePath", certificatePath)}\n{ReadFile("KeyPath", keyPath)}";

    /// <summary>Reads certificate, chain and key.</summary>
    /// <exception cref="CertificateException">A file cannot be read, or the two do not belong together.</exception>
    public static CertificateFiles Load(string certificatePath, string keyPath)
    {
        var certificates = ReadFile("CertificatePath", certificatePath);
        var key = ReadFile("KeyPath", keyPath);
        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPem(certificates);
        }
        catch (CryptographicException e)
        {
            throw new CertificateException("CertificatePath", $"\"{certificatePath}\" does not hold PEM certificates: {OneLine(e)}");
        }

        if (chain.Count == 0)
        {
            throw new CertificateException("CertificatePath", $"\"{certificatePath}\" holds no PEM certificate");
        }

        var leaf = WithKey(certificates, key, keyPath);
        chain[0].Dispose();
        chain.RemoveAt(0);
        // Offline: a chain must not make the server fetch what a certificate names.
        return new(leaf, SslStreamCertificateContext.Create(leaf, chain, offline: true), $"{certificates}\n{key}");
    }

    private static X509Certificate2 WithKey(string certificates, string key, string keyPath)
    {
        if (key.Contains("ENCRYPTED", StringComparison.Ordinal))
        {
            throw new CertificateException("KeyPath", $"\"{keyPath}\" is encrypted with a passphrase; store the key without one, readable by the server alone");
        }

        try
        {
            // The first certificate of a file is the server's own.
            return X509Certificate2.CreateFromPem(certificates, key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new CertificateException("KeyPath", $"\"{keyPath}\" does not hold the PEM private key of the first certificate in CertificatePath");
        }
    }

    private static string ReadFile(string setting, string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CertificateException(setting, $"\"{path}\" cannot be read: {OneLine(e)}");
        }
    }

    private static string OneLine(Exception e) => e.Message.ReplaceLineEndings(" ");
}

/// <summary>A certificate or key that cannot be used. The message is one line for the operator and names the setting.</summary>
internal sealed class CertificateException(string setting, string fault) : Exception($"{ListenOptions.Section}:{setting}: {fault}");
