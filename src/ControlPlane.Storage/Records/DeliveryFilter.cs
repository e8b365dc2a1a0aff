namespace ControlPlane.Storage;

/// <summary>Which deliveries are meant; null and empty mean any.</summary>
public record DeliveryFilter
{
    public string? TenantId { get; init; }
    public string? WebhookId { get; init; }
    public string? EventId { get; init; }
    public IReadOnlyList<DeliveryState> States { get; init; } = [];

    /// <summary>Exact types, or prefixes that end in <c>.*</c>.</summary>
    public IReadOnlyList<string> EventTypes { get; init; } = [];

    public string? Instance { get; init; }

    /// <summary>Inclusive.</summary>
    public DateTimeOffset? CreatedAfter { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }
}

/// <summary>Which deliveries to list.</summary>
public sealed record DeliveryQuery : DeliveryFilter
{
    public DeliveryQuery() { }

    /// <summary>Lists what a filter means.</summary>
    public DeliveryQuery(DeliveryFilter filter) : base(filter) { }

    /// <summary>HTTP statuses of the last attempt; 0 is that of one without an answer, and of none. Empty means any.</summary>
    public IReadOnlyList<int> StatusCodes { get; init; } = [];

    /// <summary>How the last attempt failed. Empty means any, and that it did not.</summary>
    public IReadOnlyList<FailureKind> Failures { get; init; } = [];

    /// <summary>Only entries before this position.</summary>
    public long? Before { get; init; }

    /// <summary>1 to 1,000.</summary>
    public int Limit { get; init; } = 50;
}
