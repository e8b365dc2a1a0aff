using System.Globalization;
using ControlPlane.Server.Api.Errors;
using Google.Rpc;
using Grpc.Core;

namespace ControlPlane.Server.Doors;

/// <summary>What an error is in HTTP, whatever its body looks like.</summary>
internal static class HttpStatus
{
    /// <summary>The status code.</summary>
    public static int Of(RequestException error) => error.Reason switch
    {
        "MESSAGE_TOO_LARGE" => StatusCodes.Status413PayloadTooLarge,
        "CONTENT_TYPE_NOT_TAKEN" => StatusCodes.Status415UnsupportedMediaType,
        "METHOD_NOT_TAKEN" => StatusCodes.Status405MethodNotAllowed,
        "REQUEST_TOO_SLOW" => StatusCodes.Status408RequestTimeout,
        _ => Of(error.Code),
    };

    /// <summary>Sets the status code and the headers that go with it. The answer must not have begun.</summary>
    public static void Set(Microsoft.AspNetCore.Http.HttpResponse response, RequestException error)
    {
        response.StatusCode = Of(error);
        if (error.Code is StatusCode.Unauthenticated)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        if (error.ToStatus().Details.FirstOrDefault(detail => detail.Is(RetryInfo.Descriptor)) is { } retry)
        {
            var seconds = Math.Ceiling(retry.Unpack<RetryInfo>().RetryDelay.ToTimeSpan().TotalSeconds);
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }
    }

    private static int Of(StatusCode code) => code switch
    {
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => StatusCodes.Status400BadRequest,
        StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.AlreadyExists or StatusCode.Aborted => StatusCodes.Status409Conflict,
        StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        StatusCode.Cancelled => StatusCodes.Status499ClientClosedRequest,
        StatusCode.Unimplemented => StatusCodes.Status501NotImplemented,
        StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        StatusCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };
}
