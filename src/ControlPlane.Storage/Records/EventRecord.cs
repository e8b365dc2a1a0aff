namespace ControlPlane.Storage;

/// <summary>A published event.</summary>
public sealed record EventRecord
{
    public required string Id { get; init; }
    public required string TenantId { get; init; }
    public required string Type { get; init; }
    public string Instance { get; init; } = "";
    public string ContentType { get; init; } = "application/json";

    /// <summary>Empty if the caller gave none.</summary>
    public string IdempotencyKey { get; init; } = "";

    /// <summary>Deliveries of events with the same key to the same webhook wait for each other; empty if it has none.</summary>
    public string OrderingKey { get; init; } = "";

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>The trace that its deliveries belong to; null for none.</summary>
    public TraceContext? Trace { get; init; }

    /// <summary>The published bytes. Null where the payload was not asked for or has expired.</summary>
    public byte[]? Payload { get; init; }

    /// <summary>How many deliveries the publish made.</summary>
    public int DeliveryCount { get; init; }

    public DateTimeOffset CreateTime { get; init; }

    /// <summary>When it expires; null if it has no time of its own to.</summary>
    public DateTimeOffset? ExpireTime { get; init; }

    /// <summary>When it was erased; null if it was not.</summary>
    public DateTimeOffset? EraseTime { get; init; }
}
