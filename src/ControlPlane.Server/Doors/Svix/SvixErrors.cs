using System.Text.Json.Nodes;
using ControlPlane.Server.Api.Errors;
using Grpc.Core;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>
/// Errors in Svix's two shapes: <c>{"code", "detail"}</c>, or with the status 422 <c>{"detail": [{"loc", "msg", "type"}]}</c> where fields
/// are wrong.
/// </summary>
internal sealed class SvixErrors : IErrorShape
{
    public static readonly SvixErrors Instance = new();

    private SvixErrors()
    {
    }

    public Task WriteAsync(HttpContext context, RequestException error)
    {
        var response = context.Response;
        HttpStatus.Set(response, error);
        var body = new JsonObject();
        if (SvixFields.Wrong(error) is { Count: > 0 } wrong)
        {
            response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            body["detail"] = wrong;
        }
        else
        {
            body["code"] = CodeOf(error);
            body["detail"] = error.Message;
        }

        response.ContentType = JsonContent.Type;
        return response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }

    /// <summary>Svix's own code where it has one for the case; else the reason of this API in lower case.</summary>
    private static string CodeOf(RequestException error) => error.Reason switch
    {
        "MESSAGE_TOO_LARGE" => "payload_too_large",
        "EVENT_TYPE_EXISTS" => "event_type_exists",
        "INTERNAL" => "server_error",
        _ => error.Code switch
        {
            StatusCode.NotFound => "not_found",
            StatusCode.Unauthenticated => "authentication_failed",
            StatusCode.PermissionDenied => "insufficient access",
            StatusCode.AlreadyExists or StatusCode.Aborted => "conflict",
            _ => error.Reason.ToLowerInvariant(),
        },
    };
}
