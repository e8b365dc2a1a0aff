namespace ControlPlane.Storage.Compliance;

/// <summary>A store in a file, in a directory of its own.</summary>
public abstract class FileSource : StoreSource
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("controlplane-").FullName;

    /// <summary>The path of the store.</summary>
    public string File => Path.Combine(Folder, "store.db");

    /// <summary>What the name of the log beside the store's file ends with.</summary>
    public abstract string LogSuffix { get; }

    public sealed override Task<StorageEngine> OpenAsync(TimeProvider clock) => OpenAsync(File, clock);

    /// <summary>Opens the store in any file, such as a backup.</summary>
    public abstract Task<StorageEngine> OpenAsync(string path, TimeProvider clock);

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
