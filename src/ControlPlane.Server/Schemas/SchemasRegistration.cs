namespace ControlPlane.Server.Schemas;

/// <summary>Registers the room. It needs the store's interfaces and the catalogue.</summary>
internal static class SchemasRegistration
{
    public static IServiceCollection AddSchemas(this IServiceCollection services) => services.AddSingleton<EventSchemas>();
}
