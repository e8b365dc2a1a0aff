namespace ControlPlane.Server.Publishing;

internal static class PublishingRegistration
{
    public static IServiceCollection AddPublishing(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<PublishingOptions>()
            .Bind(configuration.GetSection("ControlPlane:Publishing"))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        return services.AddSingleton<Publisher>().AddSingleton<PublishRates>().AddSingleton<TestPublisher>().AddSingleton<EventValidator>();
    }
}
