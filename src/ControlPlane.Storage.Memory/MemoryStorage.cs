using System.Security.Cryptography;

namespace ControlPlane.Storage.Memory;

/// <summary>
/// An engine that keeps the store in memory. It says what every engine does in the plainest way: each write works on a copy of the state
/// that takes the place of the state at once, and each read looks through everything.
/// </summary>
public sealed class MemoryStorage(TimeProvider clock)
{
    /// <summary>The engine's name.</summary>
    public const string Provider = "memory";

    private readonly MemoryStore _store = new(clock);
    private string _id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    /// <summary>Opens the store to be copied.</summary>
    public ICopySource OpenSource()
    {
        ThrowIfUnfinished();
        return OpenTarget();
    }

    /// <summary>Opens the store to be copied into.</summary>
    public ICopyTarget OpenTarget() => new MemoryCopy(new MemorySession(_store), _id, id => _id = id);

    /// <summary>Opens the store, also while it is open, as another node would. What was stored before is there.</summary>
    public StorageEngine Open()
    {
        ThrowIfUnfinished();
        var session = new MemorySession(_store);
        return new StorageEngine
        {
            Provider = Provider,
            StoreId = _id,
            Events = new MemoryEventStore(session),
            Queue = new MemoryDeliveryQueue(session),
            Deliveries = new MemoryDeliveryStore(session),
            Stats = new MemoryStatsStore(session),
            Redrives = new MemoryRedriveStore(session),
            Replays = new MemoryReplayStore(session),
            Erasures = new MemoryErasureStore(session),
            Webhooks = new MemoryWebhookStore(session),
            EventTypes = new MemoryEventTypeStore(session),
            Access = new MemoryAccessStore(session),
            Audit = new MemoryAuditStore(session),
            Changes = new MemoryChangeFeed(session),
            Signals = session,
            Maintenance = new MemoryMaintenance(session),
            Ownership = new MemoryOwnership(session),
            Capabilities = new() { Instead = "A store in memory ends with its process." },
            Close = session.CloseAsync,
        };
    }

    private void ThrowIfUnfinished()
    {
        if (_store.State.Mark is not null)
        {
            throw CopyRefusals.Unfinished("store in memory");
        }
    }
}
