using ControlPlane.Server.Api.Errors;
using Grpc.Core;
using Microsoft.AspNetCore.WebUtilities;

namespace ControlPlane.Server.Doors.Platforms.Gowa;

/// <summary>Errors as <c>{"status": false, "code": 400, "message": "Bad request", "error": ...}</c>.</summary>
internal sealed class GowaErrors : IErrorShape
{
    private const string NotHttps = "URL_NOT_HTTPS";
    private readonly PlatformErrors _errors = new(("event_types", "events"), ("enabled", "active"));

    public Task WriteAsync(HttpContext context, RequestException error)
    {
        HttpStatus.Set(context.Response, error);
        var code = context.Response.StatusCode;
        var message = Sentence(ReasonPhrases.GetReasonPhrase(code));
        return Own(context, error) is { } own
            ? JsonContent.AnswerAsync(context, new(code, own, Status: false, message), GowaJson.Instance.GowaOwnError, code)
            : JsonContent.AnswerAsync(context, new(Status: false, code, message, Other(error)), GowaJson.Instance.GowaError, code);
    }

    /// <summary>The words of the platform's own checks; null for an error that it does not have.</summary>
    private static string? Own(HttpContext context, RequestException error) => error switch
    {
        { Code: StatusCode.Unauthenticated } when GowaKeyPlace.IsToken(context.Request) => "Invalid or expired JWT token",
        { Code: StatusCode.Internal } when IsCreation(context.Request) => "Failed to create webhook",
        { FieldViolations: { Count: > 0 } wrong } when wrong.All(field => field.Field == "webhook.url") && wrong.Any(field => field.Reason == NotHttps) =>
            "URL must be HTTPS",
        _ => null,
    };

    private string Other(RequestException error) =>
        error.Code == StatusCode.Unauthenticated ? "Invalid or missing authentication" : _errors.Text(error);

    private static bool IsCreation(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) && request.Path.Value?.EndsWith("/webhooks", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>As <c>Bad request</c>.</summary>
    private static string Sentence(string phrase) => phrase.Length == 0 ? "Error" : phrase[0] + phrase[1..].ToLowerInvariant();
}
