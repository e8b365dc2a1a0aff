using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Access;

/// <summary>Who is let in before any key exists, section <c>ControlPlane:Access</c>. Validated at start.</summary>
internal sealed class AccessOptions
{
    public const string Section = "ControlPlane:Access";

    /// <summary>
    /// A platform key with every scope that works as long as it is configured: visible ASCII, at least 32 characters, starting with
    /// <c>cpk_</c>. It is never stored.
    /// </summary>
    /// <value>Default: none; the first start of a new store makes a platform key and prints it once.</value>
    public string? BootstrapKey { get; set; }

    /// <summary>How many valid API keys a tenant may have.</summary>
    /// <value>Default: 500.</value>
    [Range(1, 20_000)]
    public int MaxKeysPerTenant { get; set; } = 500;

    /// <summary>Whose JSON Web Tokens are accepted besides API keys.</summary>
    public JwtOptions Jwt { get; set; } = new();
}

/// <summary>Refuses a key that could not be presented or guessed too easily. The value is not repeated: it is a secret.</summary>
internal sealed class AccessOptionsValidator : IValidateOptions<AccessOptions>
{
    public ValidateOptionsResult Validate(string? name, AccessOptions options)
    {
        List<string> failures =
            [.. options.Jwt.Check().Select(wrong => $"{AccessOptions.Section}:{nameof(AccessOptions.Jwt)}:{wrong.Setting}: {wrong.Problem}")];
        if (!string.IsNullOrEmpty(options.BootstrapKey) && !ApiKeySecret.HasShape(options.BootstrapKey))
        {
            failures.Add(
                $"{AccessOptions.Section}:{nameof(AccessOptions.BootstrapKey)}: is not at least {ApiKeySecret.ShortestLength} "
                + $"visible ASCII characters that start with \"{ApiKeySecret.Prefix}\"");
        }

        if (!string.IsNullOrWhiteSpace(options.Jwt.KeysFile) && WhyUnreadable(options.Jwt.KeysFile) is { } why)
        {
            failures.Add($"{AccessOptions.Section}:{nameof(AccessOptions.Jwt)}:{nameof(JwtOptions.KeysFile)}: '{options.Jwt.KeysFile}': {why}");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static string? WhyUnreadable(string keysFile)
    {
        try
        {
            JwtKeysFile.Read(keysFile);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return e.Message;
        }
    }
}
