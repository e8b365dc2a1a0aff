using ControlPlane.Storage;
using ControlPlane.Storage.Sqlite;

namespace ControlPlane.Server.Tests;

/// <summary>A place for a real store that goes when the test ends.</summary>
internal sealed class TempStore : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("controlplane-").FullName;

    public string Path => System.IO.Path.Combine(_folder, "store.db");

    /// <summary>Opens the store; what was stored through an engine closed before is there.</summary>
    public Task<StorageEngine> OpenAsync(TimeProvider? clock = null) =>
        SqliteStorage.OpenAsync(new SqliteStorageOptions { Path = Path, TimeProvider = clock ?? TimeProvider.System });

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
