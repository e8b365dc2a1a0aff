namespace ControlPlane.Storage;

/// <summary>Events and the fan-out that is born with them.</summary>
public interface IEventStore
{
    /// <summary>
    /// Stores events with all their deliveries, all or none. An engine can store a large request in several commits: it can then be seen in part before this
    /// completes, and a process that ends in between leaves it to the next that opens the store, before that does anything else.
    /// </summary>
    /// <exception cref="StorageUnavailableException">Nothing is stored, or all of it will be.</exception>
    /// <exception cref="ArgumentException">
    /// A delivery goes to a webhook that the tenant does not have, which the configuration version should have ruled out.
    /// </exception>
    Task<AppendResult> AppendAsync(AppendRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Finds an event by id, with its payload. Ids chosen by callers are unique within a tenant only, so without a tenant there
    /// can be several: at most two are answered.
    /// </summary>
    Task<IReadOnlyList<EventRecord>> FindAsync(string eventId, string? tenantId, CancellationToken cancellationToken);

    /// <summary>
    /// Finds events of one tenant by id, with their payloads, in one read; returns those there are, in the order of the ids,
    /// and stops after the one with which their payloads reach <paramref name="maxBytes"/>.
    /// </summary>
    Task<IReadOnlyList<EventRecord>> FindManyAsync(
        IReadOnlyList<string> eventIds, string tenantId, long maxBytes, CancellationToken cancellationToken);

    /// <summary>Lists events without payloads.</summary>
    Task<Page<EventRecord>> ListAsync(EventQuery query, CancellationToken cancellationToken);
}

/// <summary>Events of one tenant to store.</summary>
/// <param name="TenantId">Their tenant.</param>
/// <param name="ConfigVersion">The tenant's configuration version that the fan-out was computed with.</param>
/// <param name="Events">The events, in order.</param>
/// <param name="Owner">The sender to which deliveries with <see cref="NewDelivery.Leased"/> are born leased.</param>
/// <param name="LeaseFor">How long those leases hold from now.</param>
public sealed record AppendRequest(
    string TenantId, long ConfigVersion, IReadOnlyList<NewEvent> Events, string Owner, TimeSpan LeaseFor)
{
    /// <summary>How many events and deliveries those are.</summary>
    public int Rows => Events.Count + Events.Sum(each => each.Deliveries.Count);
}

/// <summary>An event to store.</summary>
/// <param name="Event">The event, with payload.</param>
/// <param name="Deliveries">Its deliveries.</param>
/// <param name="Fingerprint">
/// Hash of everything the caller said about the event, set exactly if the caller chose the id or an idempotency key: the
/// engine then looks for an event with that id or key and compares. An event that is found by both must be the same one.
/// </param>
public sealed record NewEvent(EventRecord Event, IReadOnlyList<NewDelivery> Deliveries, byte[]? Fingerprint);

/// <summary>A delivery to store with its event.</summary>
/// <param name="Id">Its id.</param>
/// <param name="WebhookId">Where it goes.</param>
/// <param name="Trigger">Publish or Test; Redrive of one that a replay creates later.</param>
/// <param name="Leased">Born InFlight, leased to the request's owner with fence 1; otherwise Pending, due at the event's time. One
/// whose turn in its line it is not is born Pending in any case.</param>
public readonly record struct NewDelivery(string Id, string WebhookId, DeliveryTrigger Trigger, bool Leased);

/// <summary>How an append ended. Only <see cref="Appended"/> stored anything.</summary>
public abstract record AppendResult
{
    private AppendResult() { }

    /// <summary>Committed and synced; one entry per event, in order.</summary>
    public sealed record Appended(IReadOnlyList<AppendedEvent> Events) : AppendResult;

    /// <summary>The tenant's configuration changed since the fan-out was computed: compute it again and retry.</summary>
    public sealed record StaleConfig : AppendResult;

    /// <summary>There is no such tenant.</summary>
    public sealed record TenantNotFound : AppendResult;

    /// <summary>The event at <paramref name="Index"/> uses the id or idempotency key of a different event. A generated id (one
    /// without a fingerprint) that exists is such a case too. Looked for after the other two outcomes.</summary>
    public sealed record Conflict(int Index) : AppendResult;
}

/// <summary>An event after an append.</summary>
/// <param name="Event">The stored event, without payload; for a duplicate the one stored first.</param>
/// <param name="Duplicate">It was stored before (or earlier in the same request); nothing was added.</param>
/// <param name="Deliveries">The deliveries stored now, in the order of the request; empty for a duplicate.</param>
public sealed record AppendedEvent(EventRecord Event, bool Duplicate, IReadOnlyList<DeliveryRecord> Deliveries);

/// <summary>Which events to list; null and empty mean any.</summary>
public sealed record EventQuery
{
    public string? TenantId { get; init; }

    /// <summary>Exact types, or prefixes that end in <c>.*</c>.</summary>
    public IReadOnlyList<string> EventTypes { get; init; } = [];

    public string? Instance { get; init; }
    public DateTimeOffset? CreatedAfter { get; init; }
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Only entries before this position.</summary>
    public long? Before { get; init; }

    /// <summary>1 to 1,000.</summary>
    public int Limit { get; init; } = 50;
}
