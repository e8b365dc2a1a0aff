using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ControlPlane.Egress.Trust;

namespace ControlPlane.Egress.Probing;

/// <summary>Makes one TLS handshake as sending would and notes what the receiver shows. Nothing is written after it.</summary>
internal sealed class HandshakeProbe(ServerTrust trust)
{
    public const string Http2 = "HTTP/2";
    public const string Http11 = "HTTP/1.1";

    private string _protocol = "";
    private IReadOnlyList<CertificateFacts> _certificates = [];
    private string _problem = "";

    /// <summary>What was shown so far; null before the certificate.</summary>
    public Presented? Presented => _certificates.Count > 0 ? new(_protocol, _certificates, _problem) : null;

    /// <summary>Makes the handshake and returns the HTTP version that was agreed on.</summary>
    /// <exception cref="AuthenticationException">The receiver is not trusted or speaks no usable TLS.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task<string> RunAsync(Stream connection, string host, CancellationToken cancellationToken)
    {
        var options = trust.CreateOptions();
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
        return tls.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2 ? Http2 : Http11;
    }

    private static string Name(SslProtocols protocol) => protocol switch
    {
        SslProtocols.Tls12 => "TLS 1.2",
        SslProtocols.Tls13 => "TLS 1.3",
        _ => "",
    };
}
