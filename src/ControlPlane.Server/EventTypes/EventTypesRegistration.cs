namespace ControlPlane.Server.EventTypes;

/// <summary>Registers the room. It needs the store's interfaces, the catalogue and access.</summary>
internal static class EventTypesRegistration
{
    public static IServiceCollection AddEventTypes(this IServiceCollection services) => services
        .AddSingleton<EventTypeChanges>()
        .AddSingleton<EventTypeQueries>()
        .AddSingleton<EventTypeCalls>()
        .AddSingleton<StrictEventTypes>();
}
