using ControlPlane.Server.Api.Errors;

namespace ControlPlane.Server.Doors.Platforms.Wazapin;

/// <summary>Errors as <c>{"error": {"code": "not_found", "message": ..., "fields": [...]}}</c>.</summary>
internal sealed class WazapinErrors : IErrorShape
{
    private readonly PlatformErrors _errors = new(
        ("instances", "channel_ids"), ("webhook_id", "endpoint_id"), ("event_id", "message_id"), ("page_token", "cursor"));

    public Task WriteAsync(HttpContext context, RequestException error)
    {
        HttpStatus.Set(context.Response, error);
        var fields = _errors.Fields(error).Select(wrong => new WazapinField(wrong.Field, wrong.Message)).ToList();
        return JsonContent.AnswerAsync(
            context,
            new(new(error.Reason.ToLowerInvariant(), _errors.Text(error), fields)),
            WazapinJson.Instance.WazapinError,
            context.Response.StatusCode);
    }
}
