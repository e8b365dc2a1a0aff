using ControlPlane.Storage;
using ControlPlane.Storage.Memory;

namespace ControlPlane.Server.Tests;

/// <summary>A store in memory that is there as long as the test.</summary>
internal sealed class TestStore
{
    private MemoryStorage? _storage;

    /// <summary>Opens the store, also while it is open, as another node would.</summary>
    public StorageEngine Open(TimeProvider? clock = null) => (_storage ??= new MemoryStorage(new SteadyClock(clock ?? TimeProvider.System))).Open();
}
