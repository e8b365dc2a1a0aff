namespace ControlPlane.Storage.Postgres;

/// <summary>What operations need to know before they can decide; asked for together, in one round trip.</summary>
internal sealed class Questions
{
    /// <summary>Tenants whose configuration must not change until the commit.</summary>
    public HashSet<string> Tenants { get; } = new(StringComparer.Ordinal);

    /// <summary>Tenants whose configuration is to be changed.</summary>
    public HashSet<string> ChangedTenants { get; } = new(StringComparer.Ordinal);

    /// <summary>Names that callers chose.</summary>
    public HashSet<(string TenantId, short Kind, string Name)> Names { get; } = [];

    /// <summary>Ids of events that can exist without having been chosen by a caller.</summary>
    public HashSet<(string TenantId, string Id)> Ids { get; } = [];

    /// <summary>Deliveries to be changed, with their lines.</summary>
    public Dictionary<long, Line?> Deliveries { get; } = [];

    /// <summary>Lines to be changed.</summary>
    public HashSet<Line> Lines { get; } = [];

    /// <summary>Asks for deliveries and their lines; false, and for none, if any of them or a line of theirs was asked for before.</summary>
    public bool TryAsk(IReadOnlyCollection<DeliveryPlace> places)
    {
        if (places.Any(place => Deliveries.ContainsKey(place.Seq) || (place.Line is { } line && Lines.Contains(line))))
        {
            return false;
        }

        Ask(places);
        return true;
    }

    /// <summary>Asks for deliveries and their lines.</summary>
    public void Ask(IEnumerable<DeliveryPlace> places)
    {
        foreach (var place in places)
        {
            Deliveries[place.Seq] = place.Line;
            if (place.Line is { } line)
            {
                Lines.Add(line);
            }
        }
    }
}

/// <summary>An event that was stored before.</summary>
internal readonly record struct KnownEvent(long Seq, byte[]? Fingerprint);

/// <summary>A tenant whose configuration is locked.</summary>
internal readonly record struct KnownTenant(long Seq, long ConfigVersion);

/// <summary>What was found.</summary>
internal sealed class Answers
{
    public Dictionary<string, KnownTenant> Tenants { get; } = new(StringComparer.Ordinal);

    public Dictionary<(string TenantId, short Kind, string Name), KnownEvent> Names { get; } = [];

    public Dictionary<long, StoredDelivery> Deliveries { get; } = [];

    public Dictionary<Line, LineFront> Lines { get; } = [];

    /// <summary>Whether this process may still write about what it owns.</summary>
    public bool IsMember { get; set; } = true;

    /// <summary>The front of a delivery's line; null if it stands in none.</summary>
    public LineFront? FrontOf(DeliveryRecord delivery) => Line.Of(delivery) is { } line ? Lines[line] : null;
}
