namespace ControlPlane.Server.Hosting.Offline;

/// <summary>A store as a command line names it: <c>litedb:FILE</c>, <c>sqlite:FILE</c>, <c>postgres:CONNECTION</c>, or a file alone.</summary>
/// <param name="Provider">The engine.</param>
/// <param name="Place">The file, or the connection string.</param>
internal sealed record StoreAddress(string Provider, string Place)
{
    /// <summary>The file of an embedded engine; null of a database.</summary>
    public string? File => Provider == StorageOptions.Postgres ? null : Path.GetFullPath(Place);

    /// <summary>Reads an address.</summary>
    /// <param name="option">The option that has it, for messages.</param>
    /// <param name="text">What it says. <c>postgres:</c> alone is the database of the settings, whose password no process list shows.</param>
    /// <param name="settings">Have the connection string.</param>
    /// <exception cref="StartupException">It names no store.</exception>
    public static StoreAddress Parse(string option, string text, IConfiguration settings)
    {
        var parts = text.Split(':', 2);
        var address = parts switch
        {
            [StorageOptions.Postgres, ""] when settings[StorageOptions.ConnectionSetting] is { Length: > 0 } configured => new(StorageOptions.Postgres, configured),
            [StorageOptions.Postgres, ""] => throw new StartupException($"{option}: \"{text}\" means {StorageOptions.ConnectionSetting}, which is not set"),
            [StoreFormat.LiteDb or StoreFormat.Sqlite or StorageOptions.Postgres, { Length: > 0 } place] => new(parts[0], place),
            _ when StoreFormat.Find(text) is { } found => new StoreAddress(found, text),
            _ => throw new StartupException($"{option}: \"{text}\" names no store; litedb:FILE, sqlite:FILE and postgres:CONNECTION do, or the file of a store"),
        };
        return address.File is { } file && StoreFormat.Find(file) is { } stored && stored != address.Provider
            ? throw new StartupException($"{option}: '{file}' is a store of \"{stored}\", not of \"{address.Provider}\"")
            : address;
    }
}
