using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Webhooks.Secrets;

/// <summary>Refuses a master key that is none. The message never repeats it.</summary>
internal sealed class SecretsOptionsValidator(MasterKeyPlace place) : IValidateOptions<SecretsOptions>
{
    public ValidateOptionsResult Validate(string? name, SecretsOptions options) => options.MasterKey switch
    {
        null or "" when place.Path is null => ValidateOptionsResult.Fail(
            $"{SecretsOptions.MasterKeySetting}: is required with this storage provider, which has no place for a key file"),
        null or "" => ValidateOptionsResult.Success,
        var text when MasterKey.TryParse(text, out _) => ValidateOptionsResult.Success,
        _ => ValidateOptionsResult.Fail($"{SecretsOptions.MasterKeySetting}: is not base64 of {MasterKey.Length} bytes"),
    };
}
