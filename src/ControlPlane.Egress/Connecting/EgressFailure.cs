using System.Net;
using ControlPlane.Egress.Trust;

namespace ControlPlane.Egress.Connecting;

/// <summary>Why no connection was made.</summary>
internal enum EgressFailureKind
{
    /// <summary>The name does not exist, has no address, or its name servers did not answer.</summary>
    Dns,

    /// <summary>The guard refused the address, the port or the URL.</summary>
    BlockedAddress,

    /// <summary>No address could be connected to.</summary>
    Connect,

    /// <summary>The TLS handshake failed or the certificate was refused.</summary>
    Tls,
}

/// <param name="Kind">What failed.</param>
/// <param name="Message">One sentence, fit to be shown to the webhook's owner.</param>
/// <param name="RemoteAddress">The address the failure is about, where there is one.</param>
internal sealed record EgressFailure(EgressFailureKind Kind, string Message, IPAddress? RemoteAddress = null)
{
    /// <summary>
    /// What a send that threw failed of, or null when the connection itself was not at fault (a protocol error, a cut-off
    /// response, a cancellation).
    /// </summary>
    public static EgressFailure? Of(Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            switch (current)
            {
                case EgressException egress:
                    return egress.Failure;
                case CertificateRefusedException refused:
                    return new EgressFailure(EgressFailureKind.Tls, refused.Message);
                default:
                    break;
            }
        }

        return exception is HttpRequestException request ? OfOutermost(request) : null;
    }

    /// <summary>The receiver ended the connection because it wants a certificate of its clients, or another one; null if that is not why.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="wasAsked">Whether it asked for one though there was none.</param>
    /// <param name="hadOne">Whether there was one.</param>
    public static EgressFailure? OfClientCertificate(Exception exception, bool wasAsked, bool hadOne) =>
        HandshakeFault.OfClientCertificate(exception, wasAsked, hadOne) is { } fault
            ? new EgressFailure(EgressFailureKind.Tls, $"The TLS handshake failed: {fault}.")
            : null;

    /// <summary>What a TLS handshake that threw failed of.</summary>
    public static EgressFailure OfHandshake(Exception exception, IPAddress remote, bool askedForCertificate, bool hadCertificate) =>
        (Of(exception) ?? OfClientCertificate(exception, askedForCertificate, hadCertificate)) is { } known
            ? known with { RemoteAddress = known.RemoteAddress ?? remote }
            : new EgressFailure(EgressFailureKind.Tls, HandshakeMessage(exception), remote);

    private static EgressFailure? OfOutermost(HttpRequestException exception) => exception.HttpRequestError switch
    {
        HttpRequestError.SecureConnectionError => new EgressFailure(EgressFailureKind.Tls, HandshakeMessage(exception)),
        HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError =>
            new EgressFailure(EgressFailureKind.Connect, $"No connection was made: {exception.Message}"),
        HttpRequestError.ProxyTunnelError => new EgressFailure(EgressFailureKind.Connect, "The proxy did not open a connection."),
        _ => null,
    };

    private static string HandshakeMessage(Exception exception) => $"The TLS handshake failed: {HandshakeFault.Describe(exception)}.";
}
