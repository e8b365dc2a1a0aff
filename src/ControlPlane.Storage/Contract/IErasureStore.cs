namespace ControlPlane.Storage;

/// <summary>
/// Erasing what events say. An erased event keeps its id, type, instance, keys, fingerprint and times, so that a repeated publish is still
/// answered as one; its payload and labels are gone, and what receivers answered to it. Nothing sends it any more.
/// </summary>
public interface IErasureStore
{
    /// <summary>
    /// Finds events that are not erased, oldest first. Looks at a bounded number of events, so it can find none before the end, and stops
    /// after the one with which their payloads reach <see cref="ErasureWalk.MostBytes"/> or their deliveries <see cref="ErasureWalk.MostDeliveries"/>.
    /// Also those of a tenant that was deleted.
    /// </summary>
    Task<ErasureStretch> FindAsync(ErasureWalk walk, CancellationToken cancellationToken);

    /// <summary>
    /// Erases events in one commit. What waits to be sent of them ends: Cancelled with <see cref="EndReason.Erased"/>, or, if the event had
    /// expired, Dead with <see cref="EndReason.Expired"/>. An attempt under way is recorded without what the receiver answers; if it fails the
    /// delivery ends in the same way instead of being retried, as it does when its lease is given back or taken back. Returns how many
    /// were erased now.
    /// </summary>
    Task<int> EraseAsync(Erasure erasure, CancellationToken cancellationToken);
}

/// <summary>Which events to erase.</summary>
/// <param name="TenantId">Whose.</param>
/// <param name="From">The position to begin at.</param>
/// <param name="End">The position to end before; null for the end of what is stored now.</param>
/// <param name="Limit">How many to find at most.</param>
public sealed record ErasureWalk(string TenantId, long From, long? End, int Limit)
{
    /// <summary>Bytes of payloads after which a stretch ends.</summary>
    public const long MostBytes = 1 << 20;

    /// <summary>Deliveries after which a stretch ends.</summary>
    public const int MostDeliveries = 500;

    /// <summary>Only the event with this id; null for any.</summary>
    public string? EventId { get; init; }

    /// <summary>Only events whose labels match, as those that webhooks ask for do; null for any.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>Events that were found.</summary>
/// <param name="Positions">Their positions, oldest first.</param>
/// <param name="Next">Where to go on; <paramref name="End"/> when nothing is left.</param>
/// <param name="End">The position that the walk ends before.</param>
public sealed record ErasureStretch(IReadOnlyList<long> Positions, long Next, long End);

/// <summary>Events of one tenant to erase.</summary>
/// <param name="TenantId">Their tenant.</param>
/// <param name="Positions">Their positions.</param>
/// <param name="Audit">The audit log's entry, stored if any of them is erased; null for none.</param>
public sealed record Erasure(string TenantId, IReadOnlyList<long> Positions, AuditRecord? Audit);
