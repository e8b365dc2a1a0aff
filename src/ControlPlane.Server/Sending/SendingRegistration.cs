namespace ControlPlane.Server.Sending;

internal static class SendingRegistration
{
    public static IServiceCollection AddSending(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRoomOptions<SendingOptions>(configuration.GetSection("ControlPlane:Sending"));
        return services.AddSingleton<TokenFetcher>().AddSingleton<EndpointCache>().AddSingleton<WebhookSender>();
    }
}
