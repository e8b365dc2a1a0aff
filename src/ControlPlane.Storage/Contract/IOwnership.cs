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
    /// <summary>Begins to own webhooks under a name that no other process uses, such as a random id made at start. Does nothing if it has
    /// joined under that name.</summary>
    Task JoinAsync(string owner, CancellationToken cancellationToken);

    /// <summary>
    /// Takes back leases that nobody will use any more: those that have expired and, after <see cref="JoinAsync"/>, those on webhooks of
    /// this process that another owner took, whether expired or not. The deliveries wait again, due now, as after a release. Works in
    /// batches of at most 1,000. Returns how many it took, 0 when there are no more.
    /// </summary>
    Task<int> RecoverAsync(CancellationToken cancellationToken);

    /// <summary>Hands everything over to other owners at once. Nothing must be leased by this process any more.</summary>
    Task LeaveAsync(CancellationToken cancellationToken);

    /// <summary>Whether other processes can have the store open too.</summary>
    bool IsShared => false;

    /// <summary>
    /// Returns whether this process owns a webhook now, as far as it knows. What is leased of one that it owns no more can still be
    /// recorded for a while: another process begins to own the webhook when nothing of it is leased here.
    /// </summary>
    bool Owns(string webhookId) => true;

    /// <summary>
    /// How often this process was taken for gone since it joined, because it did not say in time that it was there. What it owned others
    /// took over, and what it was sending then they may send again. It joins anew by itself each time.
    /// </summary>
    int TimesLost => 0;

    /// <summary>Calls back after this process began or ceased to own webhooks. The callback must not block and must not throw.</summary>
    IDisposable? Subscribe(Action changed) => null;

    /// <summary>
    /// Takes a job that one process does for all, such as retention. Returns whether this process has it: then no other one gets it
    /// until this one gives it back, leaves, or is gone. Nobody has a job before <see cref="JoinAsync"/>.
    /// </summary>
    Task<bool> TryTakeJobAsync(string job, CancellationToken cancellationToken) => Task.FromResult(true);

    /// <summary>Gives a job back.</summary>
    Task GiveJobAsync(string job, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Returns the processes that have the store open and joined; none if only one can.</summary>
    Task<IReadOnlyList<NodeRecord>> ListNodesAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<NodeRecord>>([]);
}
