namespace ControlPlane.Storage;

/// <summary>
/// The event types of tenants' own catalogues. A type that comes or goes, or gets another schema, bumps its tenant's configuration version
/// in the same commit, so that publishes see it; a change of its description does not.
/// </summary>
public interface IEventTypeStore
{
    /// <summary>Stores a new type. <paramref name="maximum"/> is how many a tenant may have.</summary>
    Task<EventTypeWrite> CreateAsync(EventTypeRecord type, int maximum, AuditRecord audit, CancellationToken cancellationToken);

    /// <summary>Replaces a type whose stored version is <c>type.Version - 1</c>; the create time stays as stored.</summary>
    Task<EventTypeWrite> UpdateAsync(EventTypeRecord type, AuditRecord audit, CancellationToken cancellationToken);

    /// <summary>Deletes a type; its name is free again. A null version deletes any.</summary>
    Task<EventTypeWrite> DeleteAsync(string tenantId, string name, long? version, AuditRecord audit, CancellationToken cancellationToken);

    Task<EventTypeRecord?> GetAsync(string tenantId, string name, CancellationToken cancellationToken);

    /// <summary>Lists a tenant's types, or all tenants' (null). Positions are greater than 0.</summary>
    Task<Page<EventTypeRecord>> ListAsync(string? tenantId, long? before, int limit, CancellationToken cancellationToken);
}

/// <summary>How a write of an event type ended.</summary>
public enum EventTypeWriteOutcome
{
    Done,
    NotFound,
    TenantNotFound,

    /// <summary>The stored version is another one.</summary>
    VersionMismatch,

    /// <summary>The tenant has a type of that name.</summary>
    Exists,

    /// <summary>The tenant has as many types as it may.</summary>
    LimitReached,
}

/// <param name="Outcome">How it ended.</param>
/// <param name="EventType">The type as stored (as it was, if deleted); null unless done.</param>
public sealed record EventTypeWrite(EventTypeWriteOutcome Outcome, EventTypeRecord? EventType);
