using ControlPlane.Server.Api.Standard;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>Health, which needs no key.</summary>
internal sealed class SvixHealth(HealthState health)
{
    public void Map(SvixRoutes routes)
    {
        foreach (var verb in new[] { "GET", "HEAD" })
        {
            routes.Map(verb, "/health", scope: null, call =>
                call.AnswerAsync(health.IsServing ? StatusCodes.Status204NoContent : StatusCodes.Status503ServiceUnavailable));
            routes.Map(verb, "/health/ping", scope: null, call => call.AnswerAsync(StatusCodes.Status204NoContent));
        }
    }
}
