using System.Globalization;
using System.Net;
using ControlPlane.Storage;
using Microsoft.AspNetCore.WebUtilities;

namespace ControlPlane.Server.Sending;

/// <summary>What an answer's status means.</summary>
internal static class ResponseClassifier
{
    public static AttemptOutcome Classify(HttpResponseMessage response, AttemptOutcome outcome, DateTimeOffset now)
    {
        var status = (int)response.StatusCode;
        outcome = outcome with { StatusCode = status };
        return status switch
        {
            >= 200 and <= 299 => outcome,
            >= 300 and <= 399 => outcome with
            {
                Failure = FailureKind.Redirect,
                Message = $"The receiver answered {Name(response.StatusCode)}. Redirects are not followed: register the final URL.",
            },
            _ => outcome with
            {
                Failure = FailureKind.HttpStatus,
                Message = $"The receiver answered {Name(response.StatusCode)}; 2xx is expected.",
                RetryAfter = response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable
                    ? RetryAfter.Read(response.Headers, now)
                    : null,
            },
        };
    }

    /// <summary>The number and the standard name; the receiver's own phrase could be anything.</summary>
    public static string Name(HttpStatusCode status) =>
        string.Create(CultureInfo.InvariantCulture, $"{(int)status} {ReasonPhrases.GetReasonPhrase((int)status)}").TrimEnd();
}
