namespace ControlPlane.Server.Recording;

internal static class RecordingRegistration
{
    public static IServiceCollection AddRecording(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RecordingOptions>()
            .Bind(configuration.GetSection("ControlPlane:Recording"))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        return services.AddSingleton<WebhookHealth>().AddSingleton<Recorder>();
    }
}
