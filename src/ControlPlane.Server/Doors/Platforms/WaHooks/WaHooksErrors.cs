using ControlPlane.Server.Api.Errors;

namespace ControlPlane.Server.Doors.Platforms.WaHooks;

/// <summary>Errors as <c>{"statusCode": 404, "message": ...}</c>.</summary>
internal sealed class WaHooksErrors : IErrorShape
{
    private readonly PlatformErrors _errors = new(("event_types", "events"), ("instances[0]", "connectionId"), ("enabled", "active"));

    public Task WriteAsync(HttpContext context, RequestException error)
    {
        HttpStatus.Set(context.Response, error);
        var status = context.Response.StatusCode;
        return JsonContent.AnswerAsync(context, new(status, _errors.Text(error)), WaHooksJson.Instance.WaHooksError, status);
    }
}
