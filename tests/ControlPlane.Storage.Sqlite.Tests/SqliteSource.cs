using ControlPlane.Storage.Compliance;

namespace ControlPlane.Storage.Sqlite.Tests;

/// <summary>A store in a directory of its own.</summary>
public sealed class SqliteSource : StoreSource
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("controlplane-").FullName;

    public string File => Path.Combine(Folder, "store.db");

    public override Task<StorageEngine> OpenAsync(TimeProvider clock) =>
        SqliteStorage.OpenAsync(new SqliteStorageOptions { Path = File, TimeProvider = clock });

    public override ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
