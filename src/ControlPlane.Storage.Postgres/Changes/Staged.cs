namespace ControlPlane.Storage.Postgres;

/// <summary>A delivery that is stored when its unit is: then it has its revision, and its number if it is new.</summary>
internal sealed class StagedDelivery
{
    public required DeliveryRecord Delivery { get; set; }
    public required long TenantSeq { get; init; }
    public required long WebhookSeq { get; init; }
    public long Seq { get; set; }
    public bool Blocked { get; set; }
    public string? Owner { get; set; }
    public DateTimeOffset? LeaseUntil { get; set; }

    /// <summary>The event that it is created of; null if it was stored before.</summary>
    public StagedEvent? Source { get; init; }
}

/// <summary>An event that is stored when its unit is, or was before.</summary>
internal sealed class StagedEvent
{
    public required EventRecord Event { get; init; }
    public required long TenantSeq { get; init; }
    public required byte[]? Fingerprint { get; init; }

    /// <summary>Its number, if it was stored before.</summary>
    public long? StoredSeq { get; init; }

    public List<StagedDelivery> Deliveries { get; } = [];
}

/// <summary>An attempt that is stored when its unit is.</summary>
internal readonly record struct StagedAttempt(long DeliverySeq, AttemptRecord Attempt);
