namespace ControlPlane.Storage;

/// <summary>Hints of what was committed, so that nobody has to ask the store all the time.</summary>
/// <remarks>
/// A signal says where to look and no more: whoever gets one reads the store. It comes after what it is about can be read. It can come
/// late, twice, or for nothing, and one that is lost must cost no more than <see cref="PollInterval"/>. An engine whose store is open in
/// one process raises <see cref="StoreSignal.DeliveriesChanged"/> only.
/// </remarks>
public interface ISignals
{
    /// <summary>How often to read what a signal would be about without one. Null if the engine loses no signal.</summary>
    TimeSpan? PollInterval { get; }

    /// <summary>
    /// Calls back with each signal, one at a time. The callback must not block and must not throw. A call can still run while the
    /// subscription is disposed of. Every commit that is not in a read begun after the subscription stands is signalled.
    /// </summary>
    IDisposable Subscribe(Action<StoreSignal> received);
}

/// <summary>What a signal is about.</summary>
public abstract record StoreSignal
{
    private StoreSignal() { }

    /// <summary>Deliveries changed: <see cref="IChangeFeed"/> has more. Raised for commits of every process, this one included.</summary>
    public sealed record DeliveriesChanged : StoreSignal
    {
        /// <summary>The one instance.</summary>
        public static DeliveriesChanged Instance { get; } = new();
    }

    /// <summary>Another process stored deliveries that wait for a webhook that this process may own.</summary>
    /// <param name="TenantId">The tenant of the webhook.</param>
    /// <param name="WebhookId">The webhook.</param>
    public sealed record WorkWaiting(string TenantId, string WebhookId) : StoreSignal;

    /// <summary>Another process changed webhooks, event types, the policy or keys of a tenant, deleted the tenant, or erased events of it.</summary>
    /// <param name="TenantId">The tenant. Null if platform keys changed.</param>
    /// <param name="Keys">Whether API keys changed.</param>
    public sealed record ConfigurationChanged(string? TenantId, bool Keys) : StoreSignal;
}
