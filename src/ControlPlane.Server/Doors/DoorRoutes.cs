using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;

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
