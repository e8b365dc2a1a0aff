using System.Net.Sockets;
using System.Security.Authentication;

namespace ControlPlane.Egress.Trust;

/// <summary>
/// Says in words why a TLS handshake failed. The platform tells it in messages alone; one that is not known here is shown as it is.
/// </summary>
internal static class HandshakeFault
{
    private static readonly string[] Refusals =
        ["alert handshake failure", "alert bad certificate", "alert no certificate", "alert certificate unknown", "alert access denied"];

    /// <summary>What receivers say of a certificate that they got and do not accept.</summary>
    private static readonly string[] Objections =
    [
        "alert bad certificate", "alert unsupported certificate", "alert certificate revoked", "alert certificate expired", "alert certificate unknown",
        "alert unknown ca", "alert access denied", "alert decrypt error", "alert certificate required",
    ];

    private const string ClientCertificate = "the receiver wants a client certificate, and there is none";

    public const string CertificateRefused = "the receiver refused the webhook's client certificate";

    private static readonly (string Fragment, string Fault)[] Known =
    [
        ("protocol version", "the receiver speaks neither TLS 1.2 nor TLS 1.3"),
        ("unsupported protocol", "the receiver speaks neither TLS 1.2 nor TLS 1.3"),
        ("frame size", "the receiver does not speak TLS on this port"),
        ("wrong version number", "the receiver does not speak TLS on this port"),
        ("packet length too long", "the receiver does not speak TLS on this port"),
        ("alert certificate required", ClientCertificate),
        ("alert handshake failure", "the receiver refused every cipher that was offered"),
        ("unrecognized name", "the receiver serves no such host name"),
        ("unexpected EOF", "the receiver closed the connection"),
    ];

    /// <summary>
    /// The words for a receiver that ended the connection for the lack of a certificate that it asked for, or because of the one that it got;
    /// null if that is not why. In TLS 1.3 it says so only after the client's end of the handshake.
    /// </summary>
    public static string? OfClientCertificate(Exception exception, bool wasAsked, bool hadOne)
    {
        var message = exception.GetBaseException().Message;
        if (hadOne)
        {
            return IsOneOf(Objections) ? CertificateRefused : null;
        }

        return message.Contains("alert certificate required", StringComparison.OrdinalIgnoreCase) || (wasAsked && IsOneOf(Refusals))
            ? ClientCertificate
            : null;

        bool IsOneOf(string[] alerts) => alerts.Any(alert => message.Contains(alert, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The words, without a full stop.</summary>
    public static string Describe(Exception exception)
    {
        var cause = exception.GetBaseException();
        foreach (var (fragment, fault) in Known)
        {
            if (cause.Message.Contains(fragment, StringComparison.OrdinalIgnoreCase))
            {
                return fault;
            }
        }

        return cause switch
        {
            SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown } => "the receiver reset the connection",
            AuthenticationException or IOException => cause.Message.TrimEnd('.'),
            _ => "the connection broke",
        };
    }
}
