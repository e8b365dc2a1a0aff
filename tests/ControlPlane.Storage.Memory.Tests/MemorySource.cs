using ControlPlane.Storage.Compliance;

namespace ControlPlane.Storage.Memory.Tests;

/// <summary>A store that lasts as long as the test.</summary>
public sealed class MemorySource : StoreSource
{
    private MemoryStorage? _storage;

    public override Task<StorageEngine> OpenAsync(TimeProvider clock) => Task.FromResult((_storage ??= new MemoryStorage(clock)).Open());

    public override Task<ICopySource> OpenSourceAsync(TimeProvider clock) => Task.FromResult<ICopySource>(_storage!.OpenSource());

    public override Task<ICopyTarget> OpenTargetAsync(TimeProvider clock) => Task.FromResult((_storage ??= new MemoryStorage(clock)).OpenTarget());

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
