namespace ControlPlane.Egress.Metering;

/// <summary>
/// Keeps the handler from sending a request once more by itself. It does so when the receiver did not process the request, by
/// its own word: HTTP/2 REFUSED_STREAM or GOAWAY, or a connection that closed before the body was written.
/// </summary>
internal sealed class RepeatedRequestException() : IOException("The receiver refused the request unread (REFUSED_STREAM, GOAWAY or a closed connection).");
