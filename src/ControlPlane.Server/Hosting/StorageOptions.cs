using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Hosting;

/// <summary>Settings of <c>ControlPlane:Storage</c>.</summary>
internal sealed class StorageOptions
{
    public const string Section = "ControlPlane:Storage";

    /// <summary>The engine: <c>sqlite</c> or <c>litedb</c>.</summary>
    /// <value>Default: <c>sqlite</c>.</value>
    public string Provider { get; set; } = StoreFormat.Sqlite;

    /// <summary>The file of an embedded engine.</summary>
    /// <value>Default: <c>data/controlplane.db</c>, relative to the working directory.</value>
    public string Path { get; set; } = "data/controlplane.db";

    /// <summary>Where backups are put; made when the first one is.</summary>
    /// <value>Default: <c>backups</c> beside the store's file.</value>
    public string? BackupDirectory { get; set; }

    /// <summary>The backup directory with its whole path.</summary>
    public string Backups => System.IO.Path.GetFullPath(
        string.IsNullOrWhiteSpace(BackupDirectory)
            ? System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!, "backups")
            : BackupDirectory);

    /// <summary>Reads the settings; they are needed before there are services.</summary>
    /// <exception cref="OptionsValidationException">A setting is wrong.</exception>
    public static StorageOptions Read(IConfiguration configuration)
    {
        var options = configuration.GetSection(Section).Get<StorageOptions>() ?? new();
        var failure =
            options.Provider is not (StoreFormat.LiteDb or StoreFormat.Sqlite)
                ? $"{Section}:Provider: \"{options.Provider}\" is not a storage engine; there are \"litedb\" and \"sqlite\""
            : string.IsNullOrWhiteSpace(options.Path) ? $"{Section}:Path: must not be empty"
            : Directory.Exists(options.Path) ? $"{Section}:Path: \"{options.Path}\" is a directory; the path of a file is needed"
            : StoreFormat.Find(options.Path) is { } stored && stored != options.Provider
                ? $"{Section}:Provider: \"{options.Provider}\" is set, and '{options.Path}' is a store of \"{stored}\"; set that, or another path"
            : null;
        return failure is null ? options : throw new OptionsValidationException(Section, typeof(StorageOptions), [failure]);
    }
}
