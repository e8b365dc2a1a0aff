using ControlPlane.Server.Api.Standard;

namespace ControlPlane.Server.Hosting;

/// <summary>Health over HTTP, for load balancers and supervisors that do not speak gRPC.</summary>
internal static class HealthEndpoints
{
    /// <summary><c>/healthz</c>: the process answers. <c>/readyz</c>: it takes calls; 503 while it starts or stops.</summary>
    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        var health = endpoints.ServiceProvider.GetRequiredService<HealthState>();
        endpoints.MapGet("/healthz", static (HttpContext context) => context.Response.WriteAsync("ok\n"));
        endpoints.MapGet("/readyz", (HttpContext context) =>
        {
            var ready = health.IsServing;
            context.Response.StatusCode = ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            return context.Response.WriteAsync(ready ? "ready\n" : "not ready\n");
        });
    }
}
