namespace ControlPlane.Storage;

/// <summary>How much a copy has.</summary>
public sealed record CopyCounts
{
    public long Tenants { get; init; }
    public long ApiKeys { get; init; }
    public long Webhooks { get; init; }
    public long EventTypes { get; init; }
    public long Events { get; init; }
    public long Deliveries { get; init; }
    public long Attempts { get; init; }
    public long Redrives { get; init; }
    public long AuditEvents { get; init; }

    /// <summary>Deliveries that have not ended.</summary>
    public long Unfinished { get; init; }

    /// <summary>Returns the counts with some entries more.</summary>
    public CopyCounts With(IReadOnlyList<StoreEntry> entries) => entries.Aggregate(this, (counts, entry) => entry switch
    {
        StoreEntry.Tenant => counts with { Tenants = counts.Tenants + 1 },
        StoreEntry.ApiKey => counts with { ApiKeys = counts.ApiKeys + 1 },
        StoreEntry.Webhook => counts with { Webhooks = counts.Webhooks + 1 },
        StoreEntry.EventType => counts with { EventTypes = counts.EventTypes + 1 },
        StoreEntry.Redrive => counts with { Redrives = counts.Redrives + 1 },
        StoreEntry.AuditEvent => counts with { AuditEvents = counts.AuditEvents + 1 },
        StoreEntry.PublishedEvent added => counts with
        {
            Events = counts.Events + 1,
            Deliveries = counts.Deliveries + added.Deliveries.Count,
            Attempts = counts.Attempts + added.Deliveries.Sum(delivery => (long)delivery.Attempts.Count),
            Unfinished = counts.Unfinished + added.Deliveries.Count(delivery => !delivery.Record.Ended),
        },
        StoreEntry.LaterDelivery { Delivery: var later } => counts with
        {
            Deliveries = counts.Deliveries + 1,
            Attempts = counts.Attempts + later.Attempts.Count,
            Unfinished = counts.Unfinished + (later.Record.Ended ? 0 : 1),
        },
        _ => throw new InvalidOperationException($"{entry.GetType().Name} is not counted."),
    });

    /// <summary>Returns the counts with their names, in the order in which they are copied.</summary>
    public IEnumerable<(string Name, long Count)> Named() =>
    [
        ("tenants", Tenants), ("API keys", ApiKeys), ("webhooks", Webhooks), ("event types", EventTypes), ("events", Events),
        ("deliveries", Deliveries), ("of them unfinished", Unfinished), ("attempts", Attempts), ("redrives", Redrives),
        ("audit events", AuditEvents),
    ];
}
