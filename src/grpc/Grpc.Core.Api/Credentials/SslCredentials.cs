namespace Grpc.Core;

/// <summary>TLS.</summary>
/// <param name="rootCertificates">Trusted roots in PEM; null for the machine's.</param>
/// <param name="keyCertificatePair">The client certificate; null for none.</param>
/// <param name="verifyPeerCallback">A further check of the server; null for none.</param>
public sealed class SslCredentials(
    string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback) : ChannelCredentials
{
    /// <summary>TLS with the machine's trusted roots and no client certificate.</summary>
    public SslCredentials()
        : this(null, null, null)
    {
    }

    /// <summary>TLS with given roots and no client certificate.</summary>
    /// <param name="rootCertificates">Trusted roots in PEM; null for the machine's.</param>
    public SslCredentials(string? rootCertificates)
        : this(rootCertificates, null, null)
    {
    }

    /// <summary>TLS with given roots and a client certificate.</summary>
    /// <param name="rootCertificates">Trusted roots in PEM; null for the machine's.</param>
    /// <param name="keyCertificatePair">The client certificate; null for none.</param>
    public SslCredentials(string? rootCertificates, KeyCertificatePair? keyCertificatePair)
        : this(rootCertificates, keyCertificatePair, null)
    {
    }

    /// <summary>Trusted roots in PEM; null for the machine's.</summary>
    public string? RootCertificates { get; } = rootCertificates;

    /// <summary>The client certificate; null for none.</summary>
    public KeyCertificatePair? KeyCertificatePair { get; } = keyCertificatePair;

    internal override bool IsComposable => true;

    /// <inheritdoc/>
    public override void InternalPopulateConfiguration(ChannelCredentialsConfiguratorBase configurator, object? state)
    {
        ArgumentNullException.ThrowIfNull(configurator);
        configurator.SetSslCredentials(state, RootCertificates, KeyCertificatePair, verifyPeerCallback);
    }
}

/// <summary>A certificate chain with its private key, both in PEM.</summary>
/// <param name="certificateChain">The chain, leaf first.</param>
/// <param name="privateKey">The key of the leaf.</param>
/// <exception cref="ArgumentNullException">An argument is null.</exception>
public sealed class KeyCertificatePair(string certificateChain, string privateKey)
{
    /// <summary>The chain, leaf first.</summary>
    public string CertificateChain { get; } = certificateChain ?? throw new ArgumentNullException(nameof(certificateChain));

    /// <summary>The key of the leaf.</summary>
    public string PrivateKey { get; } = privateKey ?? throw new ArgumentNullException(nameof(privateKey));
}

/// <summary>Decides whether a server is the right one.</summary>
/// <param name="context">The server.</param>
/// <returns>Whether to go on.</returns>
public delegate bool VerifyPeerCallback(VerifyPeerContext context);

/// <summary>A server to be verified.</summary>
public class VerifyPeerContext
{
    internal VerifyPeerContext(string targetName, string peerPem)
    {
        TargetName = targetName;
        PeerPem = peerPem;
    }

    /// <summary>The name the channel was made for.</summary>
    public string TargetName { get; }

    /// <summary>The server's certificate in PEM.</summary>
    public string PeerPem { get; }
}
