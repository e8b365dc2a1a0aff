using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Hosting;

/// <summary>Settings of <c>ControlPlane:Storage</c>.</summary>
internal sealed class StorageOptions
{
    public const string Section = "ControlPlane:Storage";

    /// <summary>The engine: <c>sqlite</c>.</summary>
    /// <value>Default: <c>sqlite</c>.</value>
    public string Provider { get; set; } = "sqlite";

    /// <summary>The file of an embedded engine.</summary>
    /// <value>Default: <c>data/controlplane.db</c>, relative to the working directory.</value>
    public string Path { get; set; } = "data/controlplane.db";

    /// <summary>Reads the settings; they are needed before there are services.</summary>
    /// <exception cref="OptionsValidationException">A setting is wrong.</exception>
    public static StorageOptions Read(IConfiguration configuration)
    {
        var options = configuration.GetSection(Section).Get<StorageOptions>() ?? new();
        var failure =
            options.Provider != "sqlite" ? $"{Section}:Provider: \"{options.Provider}\" is not a storage engine; there is \"sqlite\""
            : string.IsNullOrWhiteSpace(options.Path) ? $"{Section}:Path: must not be empty"
            : null;
        return failure is null ? options : throw new OptionsValidationException(Section, typeof(StorageOptions), [failure]);
    }
}
