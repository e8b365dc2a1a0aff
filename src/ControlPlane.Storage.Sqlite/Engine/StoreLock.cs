namespace ControlPlane.Storage.Sqlite;

/// <summary>Says that a store has an owner. The operating system drops it with the process, however that ends.</summary>
internal static class StoreLock
{
    public static FileStream Take(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            return new FileStream(path + ".lock", options);
        }
        catch (IOException exception) when (File.Exists(path + ".lock"))
        {
            throw new StorageOpenException($"The store '{path}' is in use by another process.", exception);
        }
    }
}
