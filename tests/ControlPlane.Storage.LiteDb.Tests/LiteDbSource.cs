using ControlPlane.Storage.Compliance;

namespace ControlPlane.Storage.LiteDb.Tests;

/// <summary>A store in a directory of its own.</summary>
public sealed class LiteDbSource : FileSource
{
    public override string LogSuffix => "-log";

    public override Task<StorageEngine> OpenAsync(string path, TimeProvider clock) =>
        LiteDbStorage.OpenAsync(new LiteDbStorageOptions { Path = path, TimeProvider = clock });

    public override Task<ICopySource> OpenSourceAsync(TimeProvider clock) =>
        LiteDbStorage.OpenSourceAsync(new LiteDbStorageOptions { Path = File, TimeProvider = clock });

    public override Task<ICopyTarget> OpenTargetAsync(TimeProvider clock) =>
        LiteDbStorage.OpenTargetAsync(new LiteDbStorageOptions { Path = File, TimeProvider = clock });
}

/// <summary>The same with checkpoints all the time.</summary>
public sealed class SmallLogSource : FileSource
{
    private const int Pages = 300;

    public override string LogSuffix => "-log";

    public override Task<StorageEngine> OpenAsync(string path, TimeProvider clock) =>
        LiteDbStorage.OpenAsync(new LiteDbStorageOptions { Path = path, TimeProvider = clock, CheckpointPages = Pages });

    public override Task<ICopySource> OpenSourceAsync(TimeProvider clock) =>
        LiteDbStorage.OpenSourceAsync(new LiteDbStorageOptions { Path = File, TimeProvider = clock, CheckpointPages = Pages });

    public override Task<ICopyTarget> OpenTargetAsync(TimeProvider clock) =>
        LiteDbStorage.OpenTargetAsync(new LiteDbStorageOptions { Path = File, TimeProvider = clock, CheckpointPages = Pages });
}
