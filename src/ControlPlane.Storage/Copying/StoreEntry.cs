namespace ControlPlane.Storage;

/// <summary>What a store is made of, in the order in which it is copied: whatever an entry refers to comes before it.</summary>
public enum EntryKind
{
    Tenant,
    ApiKey,
    Webhook,
    EventType,
    Event,
    LaterDelivery,
    Redrive,
    AuditEvent,
}

/// <summary>A part of a store as every engine has it.</summary>
public abstract record StoreEntry
{
    private StoreEntry() { }

    /// <summary>A tenant, also a deleted one.</summary>
    /// <param name="Record">The tenant.</param>
    /// <param name="ConfigVersion">Its configuration version.</param>
    /// <param name="WebhookNumber">The highest number that one of its webhooks ever had.</param>
    /// <param name="DeleteTime">When it was deleted; null if it was not.</param>
    public sealed record Tenant(TenantRecord Record, long ConfigVersion, long WebhookNumber, DateTimeOffset? DeleteTime) : StoreEntry;

    /// <summary>An API key; a portal session is one.</summary>
    public sealed record ApiKey(ApiKeyRecord Record) : StoreEntry;

    /// <summary>A webhook, also a deleted one that deliveries refer to.</summary>
    public sealed record Webhook(WebhookRecord Record, DateTimeOffset? DeleteTime) : StoreEntry;

    /// <summary>An event type of a tenant's catalogue.</summary>
    public sealed record EventType(EventTypeRecord Record) : StoreEntry;

    /// <summary>An event with its payload, if that is still there, and everything that became of it.</summary>
    /// <param name="Record">The event.</param>
    /// <param name="Fingerprint">What a repeated publish is compared with.</param>
    /// <param name="Deliveries">Those that were appended with it, in order.</param>
    public sealed record PublishedEvent(EventRecord Record, byte[]? Fingerprint, IReadOnlyList<DeliveryEntry> Deliveries) : StoreEntry;

    /// <summary>A delivery that a replay created of an event stored before, which is another entry. Copied, they come after all others.</summary>
    public sealed record LaterDelivery(DeliveryEntry Delivery) : StoreEntry;

    /// <summary>A redrive. Positions differ between engines, so it says by deliveries where it is, and of a replay by events of its tenant.</summary>
    /// <param name="Record">The redrive.</param>
    /// <param name="ScopeRevision">The revision of its scope.</param>
    /// <param name="DoneTo">The id of the last delivery or event before the position where it goes on; null if there is none.</param>
    /// <param name="ScopeTo">The id of the last delivery or event before the end of its scope; null if there is none.</param>
    public sealed record Redrive(RedriveRecord Record, long ScopeRevision, string? DoneTo, string? ScopeTo) : StoreEntry;

    /// <summary>An entry of the audit log, with its time.</summary>
    public sealed record AuditEvent(AuditRecord Record) : StoreEntry;
}

/// <summary>A delivery with its attempts.</summary>
/// <param name="Record">The delivery. One that is InFlight counts as leased by an owner that is gone.</param>
/// <param name="Attempts">Those that are kept, in order.</param>
public sealed record DeliveryEntry(DeliveryRecord Record, IReadOnlyList<AttemptRecord> Attempts);

/// <summary>What a store is besides its entries.</summary>
/// <param name="StoreId">Its id. A copy has the same, so that resume tokens hold in it.</param>
/// <param name="Revision">The latest revision.</param>
/// <param name="RevisionFloor">The earliest revision from which nothing is missing.</param>
/// <param name="ChangeDisorder">How far the time of a change is behind that of an earlier one at most.</param>
public sealed record StoreSummary(string StoreId, long Revision, long RevisionFloor, TimeSpan ChangeDisorder);
