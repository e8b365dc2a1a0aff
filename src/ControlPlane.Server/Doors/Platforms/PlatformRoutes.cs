using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;

namespace ControlPlane.Server.Doors.Platforms;

/// <summary>Maps the routes of one platform's API below its base path.</summary>
internal sealed class PlatformRoutes(IEndpointRouteBuilder endpoints, string basePath, IErrorShape shape, IKeyPlace? keyPlace = null)
{
    /// <summary>What a body may have: the largest webhook, and what JSON makes of it.</summary>
    public const int MostBytes = 128 << 10;

    public const string ReadWebhooks = "webhooks.read";
    public const string WriteWebhooks = "webhooks.write";
    public const string ReadDeliveries = "deliveries.read";
    public const string WriteDeliveries = "deliveries.write";

    private readonly DoorRoutes _routes = new(endpoints, shape);

    /// <summary>Maps a route without a body.</summary>
    public PlatformRoutes Map(string verb, string path, string scope, RequestDelegate handle) => Map(verb, path, scope, 0, handle);

    /// <summary>Maps a route whose body is JSON.</summary>
    public PlatformRoutes MapJson(string verb, string path, string scope, RequestDelegate handle) => Map(verb, path, scope, MostBytes, handle);

    /// <summary>Maps everything else below the base path to errors in the platform's shape.</summary>
    public void MapRest() => _routes.MapRest(basePath);

    private PlatformRoutes Map(string verb, string path, string scope, int bytes, RequestDelegate handle)
    {
        var route = _routes.Map(verb, basePath + path, new AccessRule(scope, PlatformOnly: false), bytes, handle);
        if (keyPlace is not null)
        {
            route.WithMetadata(keyPlace);
        }

        return this;
    }
}
