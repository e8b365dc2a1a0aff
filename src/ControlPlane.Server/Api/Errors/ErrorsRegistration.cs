using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ControlPlane.Server.Api.Errors;

/// <summary>Registers the translation of failures into errors. <see cref="ErrorInterceptor"/> takes effect where gRPC is registered.</summary>
internal static class ErrorsRegistration
{
    public static IServiceCollection AddErrors(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<FailureTranslator>();
        services.TryAddSingleton<ErrorInterceptor>();
        return services;
    }
}
