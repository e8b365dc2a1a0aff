using System.Text.Json;
using ControlPlane.Server.Api.Errors;

namespace ControlPlane.Server.Doors.Json;

/// <summary>
/// Refuses JSON requests that are wrong in form, with the same details as the checks of services give, before the library reads
/// them: it has one sentence for all of them.
/// </summary>
internal sealed class JsonRequests(RequestDelegate next)
{
    private static readonly byte[] NoFields = "{}"u8.ToArray();

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<JsonRoute>() is not { } route)
        {
            await next(context);
            return;
        }

        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (await CheckAsync(context, route) is { } refusal)
        {
            await JsonErrors.Instance.WriteAsync(context, refusal);
            return;
        }

        await next(context);
    }

    private static async ValueTask<RequestException?> CheckAsync(HttpContext context, JsonRoute route)
    {
        var violations = new Violations();
        CheckQuery(context.Request.Query, route, violations);
        if (route.HasBody && await CheckBodyAsync(context, route, violations) is { } refusal)
        {
            return refusal;
        }

        return violations.Any ? violations.ToException() : null;
    }

    private static void CheckQuery(IQueryCollection query, JsonRoute route, Violations violations)
    {
        var seen = new QueryFields();
        foreach (var (name, values) in query)
        {
            var path = FieldNames.FindPath(route.Method.InputType, name);
            var field = path?[^1];
            if (route.HasBody || path is null || field is null || field.IsMap)
            {
                violations.Add(name, "UNKNOWN_FIELD", route.HasBody && field is not null
                    ? "stands in the body of this call, not in its query"
                    : "is not a field that the query of this call can have");
            }
            else if (route.Bound.Contains(QueryFields.NameOf(path)))
            {
                // The library takes the one of the query.
                violations.Add(name, "UNKNOWN_FIELD", "stands in the path of this call, not in its query");
            }
            else if (!seen.Add(path) || (values.Count > 1 && !field.IsRepeated))
            {
                violations.Add(name, "FIELD_TWICE", "is there twice");
            }
            else if (seen.Excludes(path))
            {
                violations.Add(name, "ONE_OF_SEVERAL", "excludes another field that is set");
            }
            else if (values.Any(value => !FieldText.IsRight(field, value ?? "")))
            {
                violations.Add(name, "WRONG_TYPE", $"must be {FieldText.Describe(field)}");
            }
        }
    }

    private static async ValueTask<RequestException?> CheckBodyAsync(HttpContext context, JsonRoute route, Violations violations)
    {
        var request = context.Request;
        var body = request.BodyReader;
        // All of it is there.
        var read = await body.ReadAsync(context.RequestAborted);
        if (read.Buffer.IsEmpty)
        {
            body.AdvanceTo(read.Buffer.End);
            // A call whose fields are all in its address needs no body.
            request.ContentType = JsonContent.Type;
            request.Body = new MemoryStream(NoFields, writable: false);
            return null;
        }

        try
        {
            JsonContent.Require(request);
            JsonBody.Check(read.Buffer, route.Method.InputType, violations);
            return null;
        }
        catch (JsonException e)
        {
            return RequestErrors.NotJson(route.Method.FullName, e.LineNumber + 1, e.BytePositionInLine);
        }
        catch (RequestException refusal)
        {
            return refusal;
        }
        finally
        {
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
