namespace ControlPlane.Storage.Compliance;

/// <summary>Makes one empty store for a test and opens it as often as asked.</summary>
public abstract class StoreSource : IAsyncDisposable
{
    /// <summary>Opens the store; what was stored through an engine closed before is there.</summary>
    public abstract Task<StorageEngine> OpenAsync(TimeProvider clock);

    /// <summary>Opens the store, which nothing else has open, to be copied.</summary>
    public abstract Task<ICopySource> OpenSourceAsync(TimeProvider clock);

    /// <summary>Opens the store, which nothing else has open, to be copied into.</summary>
    public abstract Task<ICopyTarget> OpenTargetAsync(TimeProvider clock);

    /// <summary>Removes the store.</summary>
    public abstract ValueTask DisposeAsync();
}
