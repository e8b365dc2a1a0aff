namespace ControlPlane.Storage.Postgres;

/// <summary>
/// What nodes notify each other of after a commit, as text: a line with the sender and what kind it is, then one line for each thing it is
/// about.
/// </summary>
internal static class Notifications
{
    /// <summary>The database takes up to 8,000 bytes.</summary>
    private const int Most = 7_000;

    /// <summary>Deliveries changed.</summary>
    private const string Deliveries = "deliveries";

    /// <summary>Deliveries wait: tenants and webhooks.</summary>
    private const string Work = "work";

    /// <summary>Configurations changed: tenants.</summary>
    private const string Configuration = "configuration";

    /// <summary>Shards became free.</summary>
    private const string Ownership = "ownership";

    /// <summary>Keys were revoked: tenants, empty for platform keys.</summary>
    private const string Keys = "keys";

    /// <summary>The notices of a unit.</summary>
    public static IEnumerable<string> Of(Unit unit)
    {
        var sender = unit.Database.EngineId;
        if (unit.Changes.Count > 0)
        {
            yield return $"{sender} {Deliveries}";
        }

        if (unit.OwnershipChanged)
        {
            yield return $"{sender} {Ownership}";
        }

        var work = unit.Changes
            .Where(change => change.Delivery.NextAttemptTime is not null && !change.Blocked && !(unit.Holdings.Epoch > 0 && unit.Holdings.Owns(change.Delivery.WebhookId)))
            .Select(change => $"{change.Delivery.TenantId} {change.Delivery.WebhookId}").Distinct(StringComparer.Ordinal);
        foreach (var notice in Write(sender, Work, work).Concat(Write(sender, Configuration, unit.Reconfigured)).Concat(Write(sender, Keys, unit.KeysRevoked)))
        {
            yield return notice;
        }
    }

    /// <summary>What a notice of another process means; nothing if it is one's own.</summary>
    public static IEnumerable<StoreSignal> Read(string notice, string reader)
    {
        var lines = notice.Split('\n');
        if (lines[0].Split(' ') is not [var sender, var kind] || sender == reader)
        {
            return [];
        }

        return kind switch
        {
            Deliveries => [StoreSignal.DeliveriesChanged.Instance],
            Work => lines.Skip(1).Select(line => line.Split(' ')).Where(parts => parts.Length == 2)
                .Select(parts => new StoreSignal.WorkWaiting(parts[0], parts[1])),
            Configuration => lines.Skip(1).Select(line => new StoreSignal.ConfigurationChanged(line, Keys: false)),
            Keys => lines.Skip(1).Select(line => new StoreSignal.ConfigurationChanged(line.Length == 0 ? null : line, Keys: true)),
            _ => [],
        };
    }

    /// <summary>Whether a notice says that another process left shards to be taken.</summary>
    public static bool IsOwnership(string notice, string reader) =>
        notice.Split(' ') is [var sender, Ownership] && sender != reader;

    private static IEnumerable<string> Write(string sender, string kind, IEnumerable<string> things)
    {
        var text = new System.Text.StringBuilder();
        foreach (var thing in things)
        {
            if (text.Length + thing.Length > Most)
            {
                yield return text.ToString();
                text.Clear();
            }

            if (text.Length == 0)
            {
                text.Append(sender).Append(' ').Append(kind);
            }

            text.Append('\n').Append(thing);
        }

        if (text.Length > 0)
        {
            yield return text.ToString();
        }
    }
}
