namespace ControlPlane.Server.Doors.Svix;

/// <summary>The HTTP API of the open-source Svix server below <c>/svix</c>, for its clients.</summary>
internal static class SvixDoor
{
    public static void Add(IServiceCollection services) => services
        .AddSingleton<SvixServices>()
        .AddSingleton<SvixPlaces>()
        .AddSingleton<SvixApplications>()
        .AddSingleton<SvixEndpoints>()
        .AddSingleton<SvixEndpointSettings>()
        .AddSingleton<SvixMessages>()
        .AddSingleton<SvixAttempts>()
        .AddSingleton<SvixDeliveries>()
        .AddSingleton<SvixEventTypes>()
        .AddSingleton<SvixAuthentication>()
        .AddSingleton<SvixHealth>();

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var routes = new SvixRoutes(endpoints);
        services.GetRequiredService<SvixApplications>().Map(routes);
        services.GetRequiredService<SvixEndpoints>().Map(routes);
        services.GetRequiredService<SvixEndpointSettings>().Map(routes);
        services.GetRequiredService<SvixMessages>().Map(routes);
        services.GetRequiredService<SvixAttempts>().Map(routes);
        services.GetRequiredService<SvixDeliveries>().Map(routes);
        services.GetRequiredService<SvixEventTypes>().Map(routes);
        services.GetRequiredService<SvixAuthentication>().Map(routes);
        services.GetRequiredService<SvixHealth>().Map(routes);
        routes.MapRest();
    }
}
