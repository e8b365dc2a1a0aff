using ControlPlane.Server.Api.Errors;

namespace ControlPlane.Server.Doors.Platforms.Wawp;

/// <summary>Errors as <c>{"code": "subscription_required", "message": ...}</c>: the reason in lower case.</summary>
internal sealed class WawpErrors : IErrorShape
{
    private readonly PlatformErrors _errors = new(
        ("event_types", "events"), ("instances[0]", "instance_id"), ("retry_policy", "retries"), ("enabled", "is_active"), ("secret", "hmac"));

    public Task WriteAsync(HttpContext context, RequestException error)
    {
        HttpStatus.Set(context.Response, error);
        return JsonContent.AnswerAsync(
            context, new(error.Reason.ToLowerInvariant(), _errors.Text(error)), WawpJson.Instance.WawpError, context.Response.StatusCode);
    }
}
