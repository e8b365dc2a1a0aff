using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using Microsoft.AspNetCore.Routing.Template;

namespace ControlPlane.Server.Doors;

/// <summary>Maps the routes of one door, each with what keeps it: who may call, how long a body may be, and how errors look.</summary>
internal sealed class DoorRoutes(IEndpointRouteBuilder endpoints, IErrorShape shape)
{
    private readonly FailureTranslator _failures = endpoints.ServiceProvider.GetRequiredService<FailureTranslator>();

    /// <summary>Maps a route.</summary>
    /// <param name="verb">The HTTP method.</param>
    /// <param name="pattern">The path, with parameters.</param>
    /// <param name="access">What is asked of the caller.</param>
    /// <param name="body">The most bytes that the body may have; 0 if none is read.</param>
    /// <param name="handle">Answers. What it throws becomes an error in the door's shape.</param>
    public IEndpointConventionBuilder Map(string verb, string pattern, AccessRule access, int body, RequestDelegate handle)
    {
        var route = endpoints.MapMethods(pattern, [verb], context => AnswerAsync(context, handle)).WithMetadata(access, shape);
        return body > 0 ? route.WithMetadata(new BodyLimit(body)) : route;
    }

    /// <summary>Maps what is below a path and no route of the door: an error in its shape, which says which methods an address takes.</summary>
    /// <param name="path">The path, such as <c>/v1</c>.</param>
    public void MapRest(string path) => endpoints
        .Map($"{path}/{{**rest}}", context => shape.WriteAsync(context, Nothing(context)))
        .WithMetadata(shape)
        .Add(endpoint => ((RouteEndpointBuilder)endpoint).Order = int.MaxValue);

    private RequestException Nothing(HttpContext context)
    {
        var request = context.Request;
        var taken = endpoints.DataSources
            .SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<IErrorShape>() == shape)
            .Where(endpoint => new TemplateMatcher(new RouteTemplate(endpoint.RoutePattern), []).TryMatch(request.Path, []))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        if (taken.Count == 0)
        {
            return RequestErrors.NoRoute(request.Method, request.Path);
        }

        var list = string.Join(", ", taken);
        context.Response.Headers.Allow = list;
        return RequestErrors.MethodNotTaken(request.Method, request.Path, list);
    }

    private async Task AnswerAsync(HttpContext context, RequestDelegate handle)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        try
        {
            await handle(context);
        }
        catch (Exception e)
        {
            var error = _failures.Translate(e, context.Request.Path, DateTime.MaxValue, context.RequestAborted);
            if (context.RequestAborted.IsCancellationRequested)
            {
                return;
            }

            if (context.Response.HasStarted)
            {
                // Half an answer must not look like a whole one.
                context.Abort();
                return;
            }

            await shape.WriteAsync(context, error);
        }
    }
}
