using ControlPlane.Server.Telemetry;

namespace ControlPlane.Server.Publishing;

internal static class PublishingRegistration
{
    public static IServiceCollection AddPublishing(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRoomOptions<PublishingOptions>(configuration.GetSection("ControlPlane:Publishing"));
        return services
            .AddServerMetrics()
            .AddSingleton<EventGrpcService>()
            .AddSingleton<Publisher>()
            .AddSingleton<EventAppender>()
            .AddSingleton<PublishRates>()
            .AddSingleton<BacklogLimit>()
            .AddSingleton<FanOutLimit>()
            .AddSingleton<EventFilters>()
            .AddSingleton<TestAppender>()
            .AddSingleton<TestPublisher>()
            .AddSingleton<SchemaRules>()
            .AddSingleton<EventErasure>()
            .AddSingleton<ErasureCalls>()
            .AddSingleton<TestRules>()
            .AddSingleton<EventValidator>();
    }
}
