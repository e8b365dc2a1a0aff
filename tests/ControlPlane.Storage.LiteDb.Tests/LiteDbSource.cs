using ControlPlane.Storage.Compliance;

namespace ControlPlane.Storage.LiteDb.Tests;

/// <summary>A store in a directory of its own.</summary>
public sealed class LiteDbSource : StoreSource
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("controlplane-").FullName;

    public string File => Path.Combine(Folder, "store.db");

    public override Task<StorageEngine> OpenAsync(TimeProvider clock) =>
        LiteDbStorage.OpenAsync(new LiteDbStorageOptions { Path = File, TimeProvider = clock });

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
