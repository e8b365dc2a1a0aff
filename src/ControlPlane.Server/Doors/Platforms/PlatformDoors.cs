using ControlPlane.Server.Doors.Platforms.Gowa;
using ControlPlane.Server.Doors.Platforms.Wachat;
using ControlPlane.Server.Doors.Platforms.WaHooks;
using ControlPlane.Server.Doors.Platforms.Wawp;
using ControlPlane.Server.Doors.Platforms.Wazapin;

namespace ControlPlane.Server.Doors.Platforms;

/// <summary>The webhook APIs of five platforms below <c>/platforms</c>, for customers who change nothing but the base URL.</summary>
internal static class PlatformDoors
{
    public static void Add(IServiceCollection services) => services
        .AddSingleton<PlatformWebhooks>()
        .AddSingleton<PlatformDeliveries>()
        .AddSingleton<WachatDoor>()
        .AddSingleton<GowaDoor>()
        .AddSingleton<WawpDoor>()
        .AddSingleton<WazapinDoor>()
        .AddSingleton<WaHooksDoor>();

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        services.GetRequiredService<WachatDoor>().Map(endpoints);
        services.GetRequiredService<GowaDoor>().Map(endpoints);
        services.GetRequiredService<WawpDoor>().Map(endpoints);
        services.GetRequiredService<WazapinDoor>().Map(endpoints);
        services.GetRequiredService<WaHooksDoor>().Map(endpoints);
    }
}
