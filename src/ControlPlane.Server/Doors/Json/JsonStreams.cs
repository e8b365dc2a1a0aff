using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace ControlPlane.Server.Doors.Json;

/// <summary>
/// Says what the answers of streaming methods are: JSON messages, one a line, or server-sent events for a client that asks for them,
/// whose <c>Last-Event-ID</c> becomes the request's resume token.
/// </summary>
internal sealed class JsonStreams(RequestDelegate next)
{
    private const string Lines = "application/x-ndjson";
    private const string Events = "text/event-stream";
    private const string ResumeToken = "resume_token";
    private static readonly string[] Replaced = [ResumeToken, "resumeToken", "start_time", "startTime"];

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<JsonRoute>() is not { Method.IsServerStreaming: true } route)
        {
            await next(context);
            return;
        }

        var response = context.Response;
        var wantsEvents = WantsEvents(context.Request);
        response.OnStarting(() =>
        {
            if (response.StatusCode == StatusCodes.Status200OK)
            {
                response.ContentType = wantsEvents ? Events : Lines;
                response.Headers.CacheControl = "no-store";
                // Proxies that gather answers would hold messages back.
                response.Headers["X-Accel-Buffering"] = "no";
            }

            return Task.CompletedTask;
        });
        if (!wantsEvents)
        {
            await next(context);
            return;
        }

        if (route.Method.InputType.FindFieldByName(ResumeToken) is not null)
        {
            Resume(context.Request);
        }

        var body = response.Body;
        response.Body = new EventStream(body, response);
        try
        {
            await next(context);
        }
        finally
        {
            response.Body = body;
        }
    }

    private static bool WantsEvents(HttpRequest request) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var types)
        && types.Any(type => type.MediaType.Equals(Events, StringComparison.OrdinalIgnoreCase) && type.Quality is not 0);

    /// <summary>A client that comes back says the id of the last event that it has; its address is that of the first time.</summary>
    private static void Resume(HttpRequest request)
    {
        if (request.Headers["Last-Event-ID"] is [{ Length: > 0 } last])
        {
            var query = request.Query.Where(pair => !Replaced.Contains(pair.Key)).ToDictionary(StringComparer.Ordinal);
            query[ResumeToken] = new StringValues(last);
            request.Query = new QueryCollection(query);
        }
    }
}
