namespace ControlPlane.Server.Sending;

internal static class SendingRegistration
{
    public static IServiceCollection AddSending(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SendingOptions>()
            .Bind(configuration.GetSection("ControlPlane:Sending"))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        return services.AddSingleton<EndpointCache>().AddSingleton<WebhookSender>();
    }
}
