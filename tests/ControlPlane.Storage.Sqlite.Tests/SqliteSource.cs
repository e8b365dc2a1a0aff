using ControlPlane.Storage.Compliance;

namespace ControlPlane.Storage.Sqlite.Tests;

/// <summary>A store in a directory of its own.</summary>
public sealed class SqliteSource : FileSource
{
    public override string LogSuffix => "-wal";

    public override Task<StorageEngine> OpenAsync(string path, TimeProvider clock) =>
        SqliteStorage.OpenAsync(new SqliteStorageOptions { Path = path, TimeProvider = clock });

    public override Task<ICopySource> OpenSourceAsync(TimeProvider clock) =>
        SqliteStorage.OpenSourceAsync(new SqliteStorageOptions { Path = File, TimeProvider = clock });

    public override Task<ICopyTarget> OpenTargetAsync(TimeProvider clock) =>
        SqliteStorage.OpenTargetAsync(new SqliteStorageOptions { Path = File, TimeProvider = clock });
}
