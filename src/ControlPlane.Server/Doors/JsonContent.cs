using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ControlPlane.Server.Api.Errors;
using Microsoft.Net.Http.Headers;

namespace ControlPlane.Server.Doors;

/// <summary>Bodies that are JSON.</summary>
internal static class JsonContent
{
    public const string Type = "application/json";

    /// <summary>Texts as they are, where JSON lets them: the answers are no part of any page.</summary>
    public static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>Whether the body of a request is said to be JSON that can be read as it is.</summary>
    public static bool IsJson(HttpRequest request) =>
        request.Headers.ContentEncoding.Count == 0
        && MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals(Type, StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    /// <exception cref="RequestException">The body of a request is something else.</exception>
    public static void Require(HttpRequest request)
    {
        if (!IsJson(request))
        {
            throw RequestErrors.ContentTypeNotTaken($"{Type} in UTF-8");
        }
    }

    /// <summary>Answers a request; a list is sent as it is read.</summary>
    public static Task AnswerAsync<T>(HttpContext context, T answer, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        return JsonSerializer.SerializeAsync(response.BodyWriter, answer, type, context.RequestAborted);
    }
}
