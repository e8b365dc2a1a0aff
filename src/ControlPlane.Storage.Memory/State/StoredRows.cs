using System.Collections.Immutable;

namespace ControlPlane.Storage.Memory;

/// <summary>A tenant; a deleted one keeps its id.</summary>
internal sealed record StoredTenant(long Position, TenantRecord Tenant, long ConfigVersion, DateTimeOffset? DeleteTime)
{
    /// <summary>The number of the newest webhook; 0 without any.</summary>
    public long WebhookNumber { get; init; }
}

/// <summary>An API key.</summary>
internal sealed record StoredKey(long Position, ApiKeyRecord Key);

/// <summary>A webhook; a deleted one stays while deliveries refer to it.</summary>
internal sealed record StoredWebhook(long Position, WebhookRecord Webhook, DateTimeOffset? DeleteTime);

/// <summary>An event type.</summary>
internal sealed record StoredEventType(long Position, EventTypeRecord EventType);

/// <summary>An event with its payload, while that has not expired.</summary>
internal sealed record StoredEvent(long Position, EventRecord Event, byte[]? Fingerprint);

/// <summary>A delivery with its attempts and its lease.</summary>
internal sealed record StoredDelivery(long Position, long Event, DeliveryRecord Delivery)
{
    public string Owner { get; init; } = "";
    public DateTimeOffset? LeaseUntil { get; init; }
    public ImmutableList<AttemptRecord> Attempts { get; init; } = [];
}

/// <summary>A redrive with what it takes and how far it is.</summary>
internal sealed record StoredRedrive(long Position, RedriveRecord Redrive, RedriveScope Scope, long Next);
