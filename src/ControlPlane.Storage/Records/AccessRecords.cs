namespace ControlPlane.Storage;

/// <summary>A customer of the platform.</summary>
public sealed record TenantRecord
{
    /// <summary>The tenant that every new store has.</summary>
    public const string DefaultId = "default";

    public required string Id { get; init; }
    public string Name { get; init; } = "";

    /// <summary>The platform's own id for it, which no other tenant has; empty for none.</summary>
    public string ExternalId { get; init; } = "";

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>What its plan allows.</summary>
    public TenantPolicy Policy { get; init; } = new();

    /// <summary>Grows by one with every change of the tenant itself; 1 at creation. The etag.</summary>
    public long Version { get; init; } = 1;

    public DateTimeOffset CreateTime { get; init; }
    public DateTimeOffset UpdateTime { get; init; }
}

/// <summary>An API key, without the key.</summary>
public sealed record ApiKeyRecord
{
    /// <summary>What the ids of those begin with that are sessions of the portal.</summary>
    public const string PortalPrefix = "psn_";

    public required string Id { get; init; }

    /// <summary>Whether it is a session of the portal.</summary>
    public bool IsPortalSession => Id.StartsWith(PortalPrefix, StringComparison.Ordinal);

    /// <summary>Null in a platform key.</summary>
    public required string? TenantId { get; init; }

    /// <summary>SHA-256 of the key, 32 bytes.</summary>
    public required byte[] Hash { get; init; }

    public string Name { get; init; } = "";
    public required IReadOnlyList<string> Scopes { get; init; }
    public DateTimeOffset CreateTime { get; init; }
    public DateTimeOffset? ExpireTime { get; init; }
    public DateTimeOffset? RevokeTime { get; init; }
    public DateTimeOffset? LastUseTime { get; init; }

    /// <summary>Whether it is neither revoked nor expired at a time.</summary>
    public bool IsValidAt(DateTimeOffset time) => RevokeTime is null && !(ExpireTime <= time);
}
