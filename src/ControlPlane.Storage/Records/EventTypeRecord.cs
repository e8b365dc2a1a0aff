namespace ControlPlane.Storage;

/// <summary>An event type that a tenant put into its catalogue.</summary>
public sealed record EventTypeRecord
{
    public required string TenantId { get; init; }

    /// <summary>The type, unique within the tenant.</summary>
    public required string Name { get; init; }

    public string Description { get; init; } = "";
    public bool Deprecated { get; init; }

    /// <summary>A JSON Schema 2020-12, which payloads are to fit, as JSON text; empty if there is none.</summary>
    public string Schema { get; init; } = "";

    /// <summary>Grows by one with every other schema; 0 before the first.</summary>
    public int SchemaVersion { get; init; }

    /// <summary>Payloads as JSON text.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <summary>Grows by one with every change; 1 at creation. The etag.</summary>
    public long Version { get; init; } = 1;

    public DateTimeOffset CreateTime { get; init; }
    public DateTimeOffset UpdateTime { get; init; }
}
