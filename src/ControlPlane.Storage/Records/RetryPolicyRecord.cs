namespace ControlPlane.Storage;

/// <summary>How the delays between attempts grow.</summary>
public enum BackoffKind
{
    /// <summary>The delays of <see cref="RetryPolicyRecord.Delays"/> one by one.</summary>
    Schedule = 1,

    /// <summary><see cref="RetryPolicyRecord.Initial"/> every time.</summary>
    Fixed = 2,

    /// <summary><see cref="RetryPolicyRecord.Initial"/> times <see cref="RetryPolicyRecord.Multiplier"/>^n, at most <see cref="RetryPolicyRecord.Max"/>.</summary>
    Exponential = 3,
}

/// <summary>A webhook's own retry policy, as its owner set it; 0 and unset mean the defaults that the API documents.</summary>
public sealed record RetryPolicyRecord
{
    /// <summary>Unset when the owner named a preset or set limits only: the preset's schedule holds.</summary>
    public BackoffKind? Backoff { get; init; }

    /// <summary>The preset that stands in for a backoff; null means <c>standard</c>. Not together with <see cref="Backoff"/>.</summary>
    public string? Preset { get; init; }

    public TimeSpan? Initial { get; init; }

    public double Multiplier { get; init; }

    public TimeSpan? Max { get; init; }

    public IReadOnlyList<TimeSpan> Delays { get; init; } = [];

    /// <summary>The first attempt included; 0 means the backoff's own.</summary>
    public int MaxAttempts { get; init; }

    /// <summary>Share of each delay, 0 to 1, by which it may be longer or shorter.</summary>
    public double Jitter { get; init; }

    public IReadOnlyList<int> NonRetryableStatuses { get; init; } = [];

    public TimeSpan? MaxAge { get; init; }
}
