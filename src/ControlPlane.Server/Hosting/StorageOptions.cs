using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Hosting;

/// <summary>Settings of <c>ControlPlane:Storage</c>.</summary>
internal sealed class StorageOptions
{
    public const string Section = "ControlPlane:Storage";

    /// <summary>The engine of a database that any number of nodes share.</summary>
    public const string Postgres = "postgres";

    /// <summary>The full name of <see cref="ConnectionString"/>.</summary>
    public const string ConnectionSetting = $"{Section}:{nameof(ConnectionString)}";

    /// <summary>The engine: <c>litedb</c> or <c>sqlite</c>, a file of this process, or <c>postgres</c>, a database that any number of nodes
    /// share.</summary>
    /// <value>Default: <c>litedb</c>.</value>
    public string Provider { get; set; } = StoreFormat.LiteDb;

    /// <summary>The file of an embedded engine.</summary>
    /// <value>Default: <c>data/controlplane.db</c>, relative to the working directory.</value>
    public string Path { get; set; } = "data/controlplane.db";

    /// <summary>The database of <c>postgres</c>, such as <c>Host=db;Database=controlplane;Username=controlplane;Password=...</c>.</summary>
    /// <value>Default: none.</value>
    public string ConnectionString { get; set; } = "";

    /// <summary>Where backups are put; made when the first one is.</summary>
    /// <value>Default: <c>backups</c> beside the store's file.</value>
    public string? BackupDirectory { get; set; }

    /// <summary>The file of this process; null if the store is a database that other nodes share.</summary>
    public string? File => Provider == Postgres ? null : Path;

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
            options.Provider is not (StoreFormat.LiteDb or Postgres or StoreFormat.Sqlite)
                ? $"{Section}:Provider: \"{options.Provider}\" is not a storage engine; there are \"litedb\", \"postgres\" and \"sqlite\""
            : options.File is null
                ? string.IsNullOrWhiteSpace(options.ConnectionString) ? $"{Section}:ConnectionString: must not be empty with the provider \"{Postgres}\"" : null
            : string.IsNullOrWhiteSpace(options.Path) ? $"{Section}:Path: must not be empty"
            : Directory.Exists(options.Path) ? $"{Section}:Path: \"{options.Path}\" is a directory; the path of a file is needed"
            : StoreFormat.Find(options.Path) is { } stored && stored != options.Provider
                ? $"{Section}:Provider: \"{options.Provider}\" is set, and '{options.Path}' is a store of \"{stored}\"; set that, or another path"
            : null;
        return failure is null ? options : throw new OptionsValidationException(Section, typeof(StorageOptions), [failure]);
    }
}
