using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Access;

/// <summary>
/// Registers who may call: authentication by API key, authorization by the scope that a method's contract asks for, and the
/// interceptor <see cref="StreamGuard"/>, which takes effect where gRPC is registered. Needs the stores and error handling.
/// </summary>
internal static class AccessRegistration
{
    public static IServiceCollection AddAccess(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AccessOptions>().Bind(configuration.GetSection(AccessOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AccessOptions>, AccessOptionsValidator>();

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new OperatorOutput(Console.Out));
        services.AddSingleton(AccessRules.FromContract());
        services.AddSingleton<ApiKeyUse>();
        services.AddSingleton<ApiKeys>();

        var takesTokens = configuration.GetSection(AccessOptions.Section).Get<AccessOptions>()?.Jwt.IsOn ?? false;
        var authentication = services
            .AddAuthentication(takesTokens ? JwtAuthentication.EitherScheme : ApiKeyAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null);
        if (takesTokens)
        {
            authentication
                .AddPolicyScheme(JwtAuthentication.EitherScheme, null, options => options.ForwardDefaultSelector = JwtAuthentication.SchemeOf)
                .AddJwtBearer();
            services.AddSingleton<IConfigureOptions<JwtBearerOptions>, JwtAuthentication>();
        }

        // Authentication brings data protection along, which at every start would make keys in the user's home that nothing here uses.
        foreach (var keyMaker in services.Where(IsOfDataProtection).ToList())
        {
            services.Remove(keyMaker);
        }

        services.AddSingleton<IAuthorizationHandler, MethodAuthorization>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AccessRefusals>();
        // Of every endpoint, so that none is open because somebody forgot it.
        services.AddAuthorizationBuilder().SetFallbackPolicy(new([new MethodRequirement()], []));
        // One instance for all calls; gRPC would make one per call otherwise.
        services.AddSingleton<StreamGuard>();
        services.AddSingleton<ReadTurns>();
        services.AddSingleton<TenantPlans>();

        services.AddHostedService<BootstrapKeyService>();
        services.AddHostedService<ApiKeyUseWorker>();
        return services;
    }

    private static bool IsOfDataProtection(ServiceDescriptor service) =>
        service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Assembly == typeof(KeyManagementOptions).Assembly;
}
