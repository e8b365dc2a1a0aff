using System.Net.Sockets;
using ControlPlane.Egress.Connecting;
using ControlPlane.Egress.Metering;
using ControlPlane.Storage;

namespace ControlPlane.Server.Sending;

/// <summary>What a request that threw failed of.</summary>
internal static class FailureClassifier
{
    /// <summary>
    /// Whether a send can throw this because of the receiver or the deadline. Some of the exceptions that the HTTP library keeps
    /// to itself come through unwrapped, such as that of headers that cannot be unpacked.
    /// </summary>
    public static bool IsOfTheNetwork(Exception exception) =>
        exception is IOException or SocketException or ObjectDisposedException or OperationCanceledException
        || exception.GetType().Assembly == typeof(HttpRequestException).Assembly;

    /// <param name="exception">What was thrown.</param>
    /// <param name="outcome">What is known of the attempt.</param>
    /// <param name="timeout">The deadline it had.</param>
    /// <param name="deadlinePassed">It passed.</param>
    /// <param name="hasConnection">The request had been given a connection.</param>
    public static AttemptOutcome Classify(
        Exception exception, AttemptOutcome outcome, TimeSpan timeout, bool deadlinePassed, bool hasConnection)
    {
        if (ExcessException.Of(exception) is { } excess)
        {
            return outcome with { Failure = FailureKind.ResponseTooLarge, Message = excess.Message };
        }

        // Before all failures to connect: what has not ended then is broken off, and may say so first.
        if (deadlinePassed)
        {
            return outcome with
            {
                Failure = FailureKind.Timeout,
                Message = hasConnection switch
                {
                    false => $"No connection within {timeout.TotalSeconds:0.###} s: the name, the TCP connection or the TLS handshake took too long.",
                    true => $"No answer within {timeout.TotalSeconds:0.###} s.",
                },
            };
        }

        if (EgressFailure.Of(exception) is { } egress)
        {
            return outcome with
            {
                Failure = egress.Kind switch
                {
                    EgressFailureKind.Dns => FailureKind.Dns,
                    EgressFailureKind.BlockedAddress => FailureKind.BlockedAddress,
                    EgressFailureKind.Tls => FailureKind.Tls,
                    _ => FailureKind.Connect,
                },
                Message = egress.Message,
                RemoteAddress = egress.RemoteAddress?.ToString() ?? "",
            };
        }

        if (exception.GetBaseException() is RepeatedRequestException refused)
        {
            return outcome with { Failure = FailureKind.Protocol, Message = refused.Message };
        }

        // The handler asks a new connection where it leads, and does not wrap the answer if there is none any more.
        if (exception is SocketException or ObjectDisposedException)
        {
            return outcome with { Failure = FailureKind.Connect, Message = "The connection to the receiver broke as soon as it was made." };
        }

        // Over HTTP/2 the cause lies several exceptions deep.
        var error = exception.GetBaseException() switch
        {
            HttpRequestException request => request.HttpRequestError,
            HttpIOException io => io.HttpRequestError,
            // One that the HTTP library keeps to itself.
            not (IOException or SocketException or OperationCanceledException or ObjectDisposedException) => HttpRequestError.InvalidResponse,
            _ => exception is HttpRequestException outer ? outer.HttpRequestError : HttpRequestError.Unknown,
        };
        return error == HttpRequestError.ConfigurationLimitExceeded
            ? outcome with { Failure = FailureKind.ResponseTooLarge, Message = "The answer's headers are larger than 64 KB." }
            : outcome with { Failure = FailureKind.Protocol, Message = Describe(error) };
    }

    private static string Describe(HttpRequestError error) => error switch
    {
        HttpRequestError.ResponseEnded => "The receiver closed the connection before its answer was complete.",
        HttpRequestError.HttpProtocolError => "The receiver broke off the HTTP/2 stream, or did not keep to HTTP/2.",
        HttpRequestError.InvalidResponse => "The receiver's answer is not valid HTTP.",
        _ => "The connection to the receiver broke.",
    };
}
