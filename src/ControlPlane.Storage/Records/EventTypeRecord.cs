namespace ControlPlane.Storage;

/// <summary>An event type that a tenant put into its catalogue.</summary>
public sealed record EventTypeRecord
{
    public required string TenantId { get; init; }

    /// <summary>The type, unique within the tenant.</summary>
    public required string Name { get; init; }

    public string Description { get; init; } = "";
    public bool Deprecated { get; init; }

    /// <summary>Grows by one with every change; 1 at creation. The etag.</summary>
    public long Version { get; init; } = 1;

    public DateTimeOffset CreateTime { get; init; }
    public DateTimeOffset UpdateTime { get; init; }
}
