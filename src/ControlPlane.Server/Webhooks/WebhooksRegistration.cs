using ControlPlane.Server.Webhooks.Inspecting;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Server.Webhooks.Settings;
using ControlPlane.Storage;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ControlPlane.Server.Webhooks;

/// <summary>Registers the room. It needs the store's interfaces, the catalogue, the secrets and the way out (for the URL policy).</summary>
internal static class WebhooksRegistration
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IdSource>();
        services.AddSingleton<WebhookSecrets>();
        services.AddSingleton<WebhookValidator>();
        services.AddSingleton<WebhookQueries>();
        services.AddSingleton<WebhookDrafts>();
        services.AddSingleton<WebhookCreation>();
        services.AddSingleton<WebhookChanges>();
        services.AddSingleton<WebhookDeletion>();
        services.AddSingleton<WebhookUpserts>();
        services.AddSingleton<SettingsCalls>();
        services.AddSingleton<SecretReader>();
        services.AddSingleton<TrialLimit>();
        services.AddSingleton<WebhookTester>();
        services.AddSingleton<WebhookProber>();
        services.AddSingleton<RequestPreviewer>();
        services.AddSingleton<InspectionCalls>();
        services.AddSingleton<WebhookGrpcService>();
        return services;
    }
}
