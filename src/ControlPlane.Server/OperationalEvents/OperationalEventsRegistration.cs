namespace ControlPlane.Server.OperationalEvents;

/// <summary>Registers the room. It needs the ids and the clock.</summary>
internal static class OperationalEventsRegistration
{
    public static IServiceCollection AddOperationalEvents(this IServiceCollection services) => services.AddSingleton<OperationalEventPlanner>();
}
