namespace ControlPlane.Storage;

/// <summary>What follows from an attempt beyond its delivery, to be stored in the same commit.</summary>
/// <param name="ConfigVersion">The configuration version of the delivery's tenant that all of it was computed with.</param>
/// <param name="Suspended">The delivery's webhook as it becomes, its version one more than the stored one; null if it stays as it is.</param>
/// <param name="OperationalEvents">Events of the tenant about it. Their deliveries wait in the store; none is born leased. One that was stored
/// before, by its idempotency key and fingerprint, is not stored again.</param>
public sealed record CompletionEffects(long ConfigVersion, WebhookRecord? Suspended, IReadOnlyList<NewEvent> OperationalEvents)
{
    /// <summary>The audit log's entry of the suspension; null without one.</summary>
    public AuditRecord? Audit { get; init; }
}

/// <summary>How recording an attempt with its effects ended. Only <see cref="Recorded"/> stored anything.</summary>
public abstract record CompletionEffectsResult
{
    private CompletionEffectsResult() { }

    /// <summary>All of it is committed.</summary>
    /// <param name="Completed">What recording the attempt alone would have answered.</param>
    /// <param name="Suspension">The webhook as stored with the configuration version after that; null if it stayed as it was.</param>
    /// <param name="OperationalEvents">The stored events with their deliveries, in order.</param>
    public sealed record Recorded(Completed Completed, WebhookWrite? Suspension, IReadOnlyList<AppendedEvent> OperationalEvents) : CompletionEffectsResult;

    /// <summary>The fence was stale.</summary>
    public sealed record Stale : CompletionEffectsResult;

    /// <summary>The tenant's configuration changed since the effects were computed, or the tenant is gone: compute them again.</summary>
    public sealed record StaleConfig : CompletionEffectsResult;
}
