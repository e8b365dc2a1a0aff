using ControlPlane.Server.Telemetry;

namespace ControlPlane.Server.Recording;

internal static class RecordingRegistration
{
    public static IServiceCollection AddRecording(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRoomOptions<RecordingOptions>(configuration.GetSection("ControlPlane:Recording"));
        return services.AddServerMetrics().AddSingleton<AttemptReport>().AddSingleton<WebhookHealth>().AddSingleton<FailureLines>().AddSingleton<Recorder>();
    }
}
