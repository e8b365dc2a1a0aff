using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Webhooks.Secrets;

/// <summary>Registers the keeping of secrets. To be asked for: <see cref="SecretSealer"/>, <see cref="ContentFingerprint"/>.</summary>
internal static class SecretsRegistration
{
    /// <param name="services">The services; a webhook store has to be among them.</param>
    /// <param name="configuration">Holds <see cref="SecretsOptions.Section"/>.</param>
    /// <param name="storagePath">The store's file; null where it is none.</param>
    public static IServiceCollection AddSecrets(this IServiceCollection services, IConfiguration configuration, string? storagePath)
    {
        services.AddOptions<SecretsOptions>().ValidateOnStart();
        services.AddSingleton<IConfigureOptions<SecretsOptions>>(
            new ConfigureOptions<SecretsOptions>(o => o.MasterKey = configuration[SecretsOptions.MasterKeySetting]));
        services.AddSingleton<IValidateOptions<SecretsOptions>, SecretsOptionsValidator>();
        services.AddSingleton(MasterKeyPlace.Beside(storagePath));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => Load(
            provider.GetRequiredService<IOptions<SecretsOptions>>().Value,
            provider.GetRequiredService<MasterKeyPlace>(),
            provider.GetRequiredService<ILogger<MasterKey>>()));
        services.AddSingleton<SecretSealer>();
        services.AddSingleton<ContentFingerprint>();
        // Also loads the key at start, so that a key that cannot be used stops it.
        services.AddHostedService<SecretsCheckWorker>();
        return services;
    }

    private static MasterKey Load(SecretsOptions options, MasterKeyPlace place, ILogger<MasterKey> logger)
    {
        if (!string.IsNullOrEmpty(options.MasterKey))
        {
            return MasterKey.TryParse(options.MasterKey, out var configured)
                ? configured
                : throw new InvalidOperationException("The secrets options were used without being validated.");
        }

        var path = place.Path ?? throw new InvalidOperationException("The secrets options were used without being validated.");
        var key = MasterKeyFile.ReadOrCreate(path, out var created);
        if (created)
        {
            SecretsLog.KeyCreated(logger, path);
        }

        return key;
    }
}
