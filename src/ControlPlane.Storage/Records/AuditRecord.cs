namespace ControlPlane.Storage;

/// <summary>An entry of the audit log: a change that was made, and by whom. Stored in the commit of the change, if that commit changes something.</summary>
public sealed record AuditRecord
{
    /// <summary>When it was stored. The store gives it: later than that of every entry before it, also where the clock was set back, so that
    /// no two entries have the same.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>The tenant whose resource it is; null for one of the platform.</summary>
    public string? TenantId { get; init; }

    public required AuditActor Actor { get; init; }

    /// <summary>The name of the method that was called; empty for what the server did by itself.</summary>
    public string Method { get; init; } = "";

    /// <summary>Through which door; empty for what the server did by itself.</summary>
    public string Door { get; init; } = "";

    /// <summary>The other end of the connection; empty for what the server did by itself.</summary>
    public string PeerAddress { get; init; } = "";

    public required AuditAction Action { get; init; }

    /// <summary>What kind of resource it is, such as <c>webhook</c>.</summary>
    public required string ResourceType { get; init; }

    public required string ResourceId { get; init; }

    /// <summary>The fields that changed, or that a new resource was given.</summary>
    public IReadOnlyList<AuditChange> Changes { get; init; } = [];
}

/// <summary>Who changed something.</summary>
/// <param name="Kind">What it is known by.</param>
/// <param name="Id">The key's id, or the token's subject; empty for the server.</param>
/// <param name="Name">The key's name; empty for others.</param>
/// <param name="TenantId">The tenant it acts for; null for the platform and the server.</param>
public sealed record AuditActor(AuditActorKind Kind, string Id = "", string Name = "", string? TenantId = null);

/// <summary>A field that changed.</summary>
/// <param name="Field">The field's path in the contract's message.</param>
/// <param name="Old">Its value before as JSON; null for none, and for what is not shown.</param>
/// <param name="New">Its value after as JSON; null for none, and for what is not shown.</param>
public sealed record AuditChange(string Field, string? Old, string? New);

/// <summary>Which entries of the audit log to list; null means any.</summary>
public sealed record AuditQuery
{
    public string? TenantId { get; init; }
    public string? ActorId { get; init; }
    public string? ResourceType { get; init; }
    public string? ResourceId { get; init; }
    public string? Method { get; init; }

    /// <summary>Not before this time.</summary>
    public DateTimeOffset? After { get; init; }

    /// <summary>Before this time.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Only entries before this position.</summary>
    public long? Position { get; init; }

    /// <summary>1 to 1,000.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>The first position that can match. An entry's position is its time in microseconds.</summary>
    public long From => After is { } after ? after.ToMicroseconds() : 0;

    /// <summary>The position that everything which can match is before.</summary>
    public long To => Math.Min(Position ?? long.MaxValue, Before is { } before ? before.ToMicroseconds() : long.MaxValue);

    /// <summary>Whether an entry is meant, whenever it was stored.</summary>
    public bool Matches(AuditRecord entry) =>
        (TenantId is null || TenantId == entry.TenantId)
        && (ActorId is null || ActorId == entry.Actor.Id)
        && (ResourceType is null || ResourceType == entry.ResourceType)
        && (ResourceId is null || ResourceId == entry.ResourceId)
        && (Method is null || Method == entry.Method);
}
