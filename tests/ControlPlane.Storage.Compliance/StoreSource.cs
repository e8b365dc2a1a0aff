namespace ControlPlane.Storage.Compliance;

/// <summary>Makes one empty store for a test and opens it as often as asked.</summary>
public abstract class StoreSource : IAsyncDisposable
{
    /// <summary>Opens the store; what was stored through an engine closed before is there.</summary>
    public abstract Task<StorageEngine> OpenAsync(TimeProvider clock);

    /// <summary>Removes the store.</summary>
    public abstract ValueTask DisposeAsync();
}
