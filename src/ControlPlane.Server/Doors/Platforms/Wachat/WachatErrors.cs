using ControlPlane.Server.Api.Errors;

namespace ControlPlane.Server.Doors.Platforms.Wachat;

/// <summary>Errors as <c>{"success": false, "message": ..., "errors": {field: [...]}}</c>.</summary>
internal sealed class WachatErrors : IErrorShape
{
    private readonly PlatformErrors _errors = new(("event_types", "events"), ("instances[0]", "instanceName"), ("instances", "instanceName"));

    public Task WriteAsync(HttpContext context, RequestException error)
    {
        HttpStatus.Set(context.Response, error);
        var fields = _errors.Fields(error).GroupBy(wrong => wrong.Field, wrong => wrong.Message)
            .ToDictionary(field => field.Key, field => field.ToArray(), StringComparer.Ordinal);
        return JsonContent.AnswerAsync(
            context, new(Success: false, _errors.Text(error), fields), WachatJson.Instance.WachatError, context.Response.StatusCode);
    }
}
