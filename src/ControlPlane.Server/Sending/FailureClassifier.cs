using ControlPlane.Server.Egress;
using ControlPlane.Storage;

namespace ControlPlane.Server.Sending;

/// <summary>What a request that threw failed of.</summary>
internal static class FailureClassifier
{
    public static AttemptOutcome Classify(Exception exception, AttemptOutcome outcome, TimeSpan timeout, bool deadlinePassed)
    {
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

        if (deadlinePassed)
        {
            return outcome with
            {
                Failure = FailureKind.Timeout,
                Message = outcome.StatusCode == 0
                    ? $"No answer within {timeout.TotalSeconds:0.###} s."
                    : $"The answer's body did not end within {timeout.TotalSeconds:0.###} s.",
            };
        }

        var error = Find(exception);
        return error == HttpRequestError.ConfigurationLimitExceeded
            ? outcome with { Failure = FailureKind.ResponseTooLarge, Message = "The answer's headers are larger than 16 KB." }
            : outcome with { Failure = FailureKind.Protocol, Message = Describe(error) };
    }

    /// <summary>Over HTTP/2 what broke the connection is the cause of what the request threw.</summary>
    private static HttpRequestError Find(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            var error = exception is HttpRequestException request ? request.HttpRequestError
                : exception is HttpIOException io ? io.HttpRequestError
                : HttpRequestError.Unknown;
            if (error != HttpRequestError.Unknown)
            {
                return error;
            }
        }

        return HttpRequestError.Unknown;
    }

    private static string Describe(HttpRequestError error) => error switch
    {
        HttpRequestError.ResponseEnded => "The receiver closed the connection before its answer was complete.",
        HttpRequestError.HttpProtocolError => "The receiver broke off the HTTP/2 stream.",
        HttpRequestError.InvalidResponse => "The receiver's answer is not valid HTTP.",
        _ => "The connection to the receiver broke.",
    };
}
