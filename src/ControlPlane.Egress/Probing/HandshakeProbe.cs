using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Egress.Trust;

namespace ControlPlane.Egress.Probing;

/// <summary>Makes one TLS handshake as sending would and notes what the receiver shows. Nothing is written after it.</summary>
/// <param name="trust">Whom to believe.</param>
/// <param name="own">The client certificate; null for none.</param>
/// <param name="time">Measures the wait for an objection.</param>
internal sealed class HandshakeProbe(ServerTrust trust, ClientCertificate? own, TimeProvider time)
{
    /// <summary>
    /// In TLS 1.3 a receiver objects to a client certificate, or to the lack of one, after the client's end of the handshake. One that
    /// does not object sends its settings in HTTP/2, and nothing in HTTP/1.1.
    /// </summary>
    private static readonly TimeSpan ObjectionTimeout = TimeSpan.FromSeconds(1);

    public const string Http2 = "HTTP/2";
    public const string Http11 = "HTTP/1.1";

    private string _protocol = "";
    private IReadOnlyList<CertificateFacts> _certificates = [];
    private string _problem = "";

    /// <summary>What was shown so far; null before the certificate.</summary>
    public Presented? Presented => _certificates.Count > 0 ? new(_protocol, _certificates, _problem) : null;

    /// <summary>Whether the receiver asked for the client certificate and got it.</summary>
    public bool PresentedOwn { get; private set; }

    /// <summary>Makes the handshake and returns the HTTP version that was agreed on.</summary>
    /// <exception cref="AuthenticationException">The receiver is not trusted or speaks no usable TLS.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task<string> RunAsync(Stream connection, string host, CancellationToken cancellationToken)
    {
        var options = trust.CreateOptions(own);
        var judge = options.RemoteCertificateValidationCallback!;
        options.TargetHost = host;
        options.ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];
        options.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
        {
            if (certificate is X509Certificate2 leaf)
            {
                _certificates = CertificateFacts.Of(leaf, chain);
            }

            try
            {
                return judge(sender, certificate, chain, errors);
            }
            catch (CertificateRefusedException refused)
            {
                _problem = refused.Message;
                throw;
            }
        };

        await using var tls = new SslStream(connection, leaveInnerStreamOpen: true);
        await tls.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
        // Asked of a handshake that failed, this throws.
        _protocol = Name(tls.SslProtocol);
        PresentedOwn = own is not null && tls.IsMutuallyAuthenticated;
        if (PresentedOwn || (own is null && trust.ClientCertificates.Contains(host)))
        {
            await HearAsync(tls, cancellationToken).ConfigureAwait(false);
        }

        return tls.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2 ? Http2 : Http11;
    }

    /// <exception cref="IOException">The receiver objects.</exception>
    private async Task HearAsync(SslStream tls, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(ObjectionTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            if (await tls.ReadAsync(new byte[1], either.Token).ConfigureAwait(false) == 0)
            {
                throw new IOException(own is null ? "the receiver closed the connection after the handshake" : HandshakeFault.CertificateRefused);
            }
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // No objection.
        }
    }

    private static string Name(SslProtocols protocol) => protocol switch
    {
        SslProtocols.Tls12 => "TLS 1.2",
        SslProtocols.Tls13 => "TLS 1.3",
        _ => "",
    };
}
