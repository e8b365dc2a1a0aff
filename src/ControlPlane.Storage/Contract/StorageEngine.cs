namespace ControlPlane.Storage;

/// <summary>An opened store: one implementation of every interface over the same data.</summary>
/// <remarks>
/// Leases and due times follow the clock of the engine, since the clocks of several nodes differ. A write completes when it is committed and synced. Its cancellation token takes it back only until the store begins with it;
/// from then on it runs to the end and returns what it did. Reads see everything that was acknowledged before they began. Every
/// operation can throw <see cref="StorageUnavailableException"/> and <see cref="StorageDamagedException"/>. Times are stored in microseconds; see <see cref="Timestamps"/>.
/// </remarks>
public sealed record StorageEngine : IAsyncDisposable
{
    /// <summary>The engine's name, as in configuration.</summary>
    public required string Provider { get; init; }

    /// <summary>The store's own random id (16 hex digits), made when the store was.</summary>
    public required string StoreId { get; init; }

    public required IEventStore Events { get; init; }
    public required IDeliveryQueue Queue { get; init; }
    public required IDeliveryStore Deliveries { get; init; }
    public required IStatsStore Stats { get; init; }
    public required IRedriveStore Redrives { get; init; }
    public required IReplayStore Replays { get; init; }
    public required IErasureStore Erasures { get; init; }
    public required IWebhookStore Webhooks { get; init; }
    public required IEventTypeStore EventTypes { get; init; }
    public required IAccessStore Access { get; init; }
    public required IAuditStore Audit { get; init; }
    public required IChangeFeed Changes { get; init; }
    public required ISignals Signals { get; init; }
    public required IMaintenance Maintenance { get; init; }
    public required IOwnership Ownership { get; init; }

    /// <summary>What the engine can do beyond that. Default: nothing.</summary>
    public EngineCapabilities Capabilities { get; init; } = EngineCapabilities.None;

    /// <summary>Finishes what was handed in, then closes the store.</summary>
    public required Func<ValueTask> Close { get; init; }

    public ValueTask DisposeAsync() => Close();
}

/// <summary>The store cannot be opened. The message is one line for the operator.</summary>
public sealed class StorageOpenException : Exception
{
    public StorageOpenException() { }
    public StorageOpenException(string message) : base(message) { }
    public StorageOpenException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>The store cannot take the operation now (disk full, read-only, closing): nothing was stored, and it can be tried again.</summary>
public class StorageUnavailableException : Exception
{
    public StorageUnavailableException() { }
    public StorageUnavailableException(string message) : base(message) { }
    public StorageUnavailableException(string message, Exception inner) : base(message, inner) { }

    /// <summary>The cause is that there is no room: the disk or a quota is full.</summary>
    public bool NoRoom { get; init; }
}

/// <summary>
/// The store is damaged: what it returns could be wrong, so nothing is read from it or written to it any more until it is opened
/// again. Nothing was stored.
/// </summary>
public sealed class StorageDamagedException : Exception
{
    public StorageDamagedException() { }
    public StorageDamagedException(string message) : base(message) { }
    public StorageDamagedException(string message, Exception inner) : base(message, inner) { }
}
