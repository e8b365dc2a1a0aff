using System.Security.Authentication;
using Grpc.Core;

namespace ControlPlane.Cli.Reporting;

/// <summary>Tells a call that no gRPC server answered from one that a server refused.</summary>
internal static class Unreached
{
    /// <summary>How the client library begins the message about an answer that is HTTP and not gRPC.</summary>
    private const string NotGrpc = "Bad gRPC response.";

    /// <summary>Why no gRPC server was reached, in one sentence; null if one was.</summary>
    public static string? Reason(RpcException error)
    {
        if (error.Status.Detail.StartsWith(NotGrpc, StringComparison.Ordinal))
        {
            return "what answers there is no gRPC server; is this the address of its gRPC listener?";
        }

        var (outermost, innermost) = (error.Status.DebugException, Innermost(error.Status.DebugException));
        return outermost switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } when !IsAboutCertificate(innermost) =>
                $"{innermost!.Message.TrimEnd('.')}; the address of a server without TLS begins with http://",
            HttpRequestException
            {
                // Unknown where the other side closes in the moment in which HTTP/2 begins, as one that expects TLS can.
                HttpRequestError: HttpRequestError.HttpProtocolError or HttpRequestError.InvalidResponse or HttpRequestError.ResponseEnded
                    or HttpRequestError.Unknown,
            } => $"{innermost!.Message.TrimEnd('.')}; is this the address of its gRPC listener, and does that take connections without TLS?",
            HttpRequestException or IOException => innermost!.Message,
            _ => error.StatusCode is StatusCode.Unavailable ? innermost?.Message ?? error.Status.Detail : null,
        };
    }

    private static bool IsAboutCertificate(Exception? cause) =>
        cause is AuthenticationException && cause.Message.Contains("certificate", StringComparison.Ordinal);

    private static Exception? Innermost(Exception? cause)
    {
        while (cause?.InnerException is { } inner)
        {
            cause = inner;
        }

        return cause;
    }
}
