using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ControlPlane.Egress.Trust;

/// <summary>
/// Whom to believe to be the receiver: the system's roots first, then the operator's bundle. A wrong name, an expired certificate or a
/// weak one is refused whoever signed it.
/// </summary>
internal sealed class ServerTrust(X509Certificate2Collection extraRoots, TimeProvider time)
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");

    /// <summary>
    /// The platform's own list for TLS 1.2 leaves out ChaCha20-Poly1305, which some receivers offer alone. Beyond that it is the
    /// platform's: forward secrecy, no CBC with SHA-1.
    /// </summary>
    private static readonly TlsCipherSuite[] Ciphers =
    [
        TlsCipherSuite.TLS_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384,
        TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
        TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256,
    ];

    /// <summary>Where a client certificate was asked for, and there was none.</summary>
    public ClientCertificateRequests ClientCertificates { get; } = new();

    /// <summary>Whose certificates end soon.</summary>
    public EndingCertificates EndingCertificates { get; } = new();

    /// <summary>The settings of a handshake.</summary>
    /// <param name="own">What is presented to receivers that ask for a client certificate; null for nothing.</param>
    public SslClientAuthenticationOptions CreateOptions(ClientCertificate? own = null) => new()
    {
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        // Elsewhere the system's settings are all there is.
        CipherSuitesPolicy = OperatingSystem.IsLinux() ? new CipherSuitesPolicy(Ciphers) : null,
        CertificateChainPolicy = CreatePolicy(),
        ClientCertificateContext = own?.Context,
        LocalCertificateSelectionCallback = own is null ? NoteRequest : null,
        // A resumed session would speak for whoever made it.
        AllowTlsResume = own is null,
        RemoteCertificateValidationCallback =
            (sender, certificate, chain, errors) => Accept((sender as SslStream)?.TargetHostName ?? "", certificate as X509Certificate2, chain, errors),
    };

    /// <summary>Called before the handshake and, with the receiver's certificate, when the receiver asks for one.</summary>
    private X509Certificate NoteRequest(
        object sender, string host, X509CertificateCollection own, X509Certificate? receivers, string[] acceptableIssuers)
    {
        if (receivers is not null)
        {
            ClientCertificates.Add(host);
        }

        return null!;
    }

    /// <exception cref="CertificateRefusedException">Says what is wrong; returning false would lose it.</exception>
    private bool Accept(string host, X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null || chain is null)
        {
            throw new CertificateRefusedException(CertificateFault.Describe(errors, [], [], certificate, time.GetUtcNow()));
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) && extraRoots.Count > 0)
        {
            // Whatever the first chain ran into, such as an expired cross-signature that the receiver sends along: the way to a root
            // of the bundle may be another one, and only what is wrong on it counts.
            using var second = new X509Chain { ChainPolicy = CreatePolicy() };
            second.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            second.ChainPolicy.CustomTrustStore.AddRange(extraRoots);
            second.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
            return Judge(host, certificate, second, second.Build(certificate) ? errors & ~SslPolicyErrors.RemoteCertificateChainErrors : errors);
        }

        return Judge(host, certificate, chain, errors);
    }

    private bool Judge(string host, X509Certificate2 certificate, X509Chain chain, SslPolicyErrors errors)
    {
        EndingCertificates.Note(host, certificate, time.GetUtcNow());
        string[] weaknesses = [.. WeakCertificates.Describe(chain.ChainElements)];
        return errors == SslPolicyErrors.None && weaknesses.Length == 0
            ? true
            : throw new CertificateRefusedException(
                CertificateFault.Describe(errors, chain.ChainStatus, weaknesses, certificate, time.GetUtcNow()));
    }

    /// <summary>
    /// Downloads stay off: a certificate names URLs for its issuer and its revocation list, and fetching those would let a
    /// receiver make this server open connections the guard never sees.
    /// </summary>
    private static X509ChainPolicy CreatePolicy() => new()
    {
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
        ApplicationPolicy = { ServerAuthentication },
    };
}
