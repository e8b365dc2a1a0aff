namespace ControlPlane.Storage;

/// <summary>
/// What makes this process the owner of deliveries. A webhook has one owner at a time: only its owner leases its deliveries. In an
/// engine with one owner a process owns every webhook for as long as it has the store open. In an engine with several nodes each
/// node owns a share of the webhooks by a lease of its own, which carries an epoch: what a node writes about a delivery after it lost
/// the webhook is refused as if the delivery's lease were stale.
/// </summary>
/// <remarks>
/// The engine decides what this process owns and its callers need not ask: <see cref="IDeliveryQueue.ClaimDueAsync"/> claims nothing
/// for a webhook of another owner, <see cref="IDeliveryQueue.ListWaitingAsync"/> leaves it out, an append leaves its deliveries to be
/// claimed by the other owner, and <see cref="IDeliveryQueue.ExtendAsync"/> returns its deliveries as stale.
/// </remarks>
public interface IOwnership
{
    /// <summary>Begins to own webhooks under a name that no other process uses, such as a random id made at start.</summary>
    Task JoinAsync(string owner, CancellationToken cancellationToken);

    /// <summary>
    /// Takes back leases that nobody will use any more: those that have expired and, after <see cref="JoinAsync"/>, those on webhooks of
    /// this process that another owner took, whether expired or not. The deliveries wait again, due now, as after a release. Works in
    /// batches of at most 1,000. Returns how many it took, 0 when there are no more.
    /// </summary>
    Task<int> RecoverAsync(CancellationToken cancellationToken);

    /// <summary>Hands everything over to other owners at once. Nothing must be leased by this process any more.</summary>
    Task LeaveAsync(CancellationToken cancellationToken);
}
