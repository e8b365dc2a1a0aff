namespace ControlPlane.Storage;

/// <summary>What a tenant may do and how much. The engines keep it with the tenant; changing it changes its configuration version.</summary>
public sealed record TenantPolicy
{
    /// <summary>Whether event types that no catalogue lists are refused.</summary>
    public bool StrictEventTypes { get; init; }

    /// <summary>Whether payloads that do not fit the schema of their event type are refused.</summary>
    public bool EnforceSchemas { get; init; }

    /// <summary>0 means no limit. Engines hold it against every new webhook.</summary>
    public int MaxWebhooks { get; init; }

    /// <summary>Events per second; 0 means no limit.</summary>
    public double PublishRatePerSecond { get; init; }

    /// <summary>0 means no limit but the server's.</summary>
    public int MaxPayloadBytes { get; init; }

    /// <summary>How long what events say is kept at most; null for as long as the server does.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>When an event expires.</summary>
    /// <param name="created">When it is accepted.</param>
    /// <param name="asked">When its publisher wants it to expire; null for no such wish.</param>
    public DateTimeOffset? ExpireTimeOf(DateTimeOffset created, DateTimeOffset? asked = null) =>
        created + Retention is { } latest && !(asked < latest) ? latest : asked;

    /// <summary>Features that the tenant's plan does not have.</summary>
    public IReadOnlyList<string> DisabledFeatures { get; init; } = [];
}
