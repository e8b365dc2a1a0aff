namespace ControlPlane.Storage;

/// <summary>What changed, in revision order.</summary>
public interface IChangeFeed
{
    /// <summary>The latest committed revision; 0 in a new store.</summary>
    long Head { get; }

    /// <summary>The latest state of every delivery whose last change came after a revision, in revision order.</summary>
    Task<IReadOnlyList<DeliveryRecord>> ReadAfterAsync(long revision, int limit, CancellationToken cancellationToken);

    /// <summary>The earliest revision from which nothing is missing: changes at or before it can have been removed by retention.</summary>
    Task<long> GetFloorAsync(CancellationToken cancellationToken);

    /// <summary>The largest revision such that reading after it gives everything that changed at or after a time. Where clocks
    /// stepped back it can be a smaller one; it is never too large, and never below the floor.</summary>
    Task<long> FindBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken);

    /// <summary>
    /// Calls back after every commit that changed deliveries, with every change, also where one delivery changed twice; one call
    /// at a time, in revision order, on a thread that must not be held up and to which nothing may be thrown. Changes after
    /// <see cref="Head"/> as read after subscribing are sure to be told. A call can still be under way when the subscription is
    /// disposed of.
    /// </summary>
    IDisposable Subscribe(Action<IReadOnlyList<DeliveryRecord>> committed);
}
