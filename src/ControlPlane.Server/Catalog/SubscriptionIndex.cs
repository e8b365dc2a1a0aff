using ControlPlane.Storage;
using ControlPlane.Storage.Transitions;
using Labels = System.Collections.Generic.IReadOnlyDictionary<string, string>;

namespace ControlPlane.Server.Catalog;

/// <summary>
/// Which webhooks of a tenant receive an event, now or once they are active again: pure, and proportional to the subscribers of the type, not to the
/// number of webhooks. Operational events go to those only that ask for them by name or prefix: <c>*</c> means the tenant's own.
/// </summary>
internal sealed class SubscriptionIndex
{
    private readonly Dictionary<string, List<WebhookRecord>> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<WebhookRecord>> _prefixes = new(StringComparer.Ordinal);
    private readonly List<WebhookRecord> _all = [];

    public SubscriptionIndex(IEnumerable<WebhookRecord> webhooks)
    {
        foreach (var webhook in webhooks.Where(w => w.TakesEvents()))
        {
            HasFilters |= webhook.Filter is not null;
            foreach (var pattern in webhook.EventTypes.Distinct(StringComparer.Ordinal))
            {
                Bucket(pattern).Add(webhook);
            }
        }
    }

    /// <summary>Whether any webhook has a filter, which is not judged here.</summary>
    public bool HasFilters { get; }

    /// <summary>The webhooks that receive events of this type with these labels from this instance, each once, oldest first.</summary>
    public IReadOnlyList<WebhookRecord> Match(string type, string instance, Labels? labels)
    {
        List<WebhookRecord>? found = null;
        var buckets = 0;
        if (!OperationalTypes.Covers(type))
        {
            Take(_all, instance, labels, ref found, ref buckets);
        }

        if (_exact.TryGetValue(type, out var exact))
        {
            Take(exact, instance, labels, ref found, ref buckets);
        }

        if (_prefixes.Count > 0)
        {
            var prefixes = _prefixes.GetAlternateLookup<ReadOnlySpan<char>>();
            for (var dot = type.IndexOf('.'); dot >= 0; dot = type.IndexOf('.', dot + 1))
            {
                if (prefixes.TryGetValue(type.AsSpan(0, dot), out var prefix))
                {
                    Take(prefix, instance, labels, ref found, ref buckets);
                }
            }
        }

        if (found is null)
        {
            return [];
        }

        // A webhook with several patterns can stand in several buckets.
        return buckets > 1 ? [.. found.DistinctBy(w => w.Id).OrderBy(w => w.Id, StringComparer.Ordinal)] : found;
    }

    /// <summary>Whether a webhook that subscribed to a pattern receives a type.</summary>
    public static bool Subscribes(string pattern, string type) =>
        EventTypePattern.Covers(pattern, type) && !(pattern == "*" && OperationalTypes.Covers(type));

    private static void Take(
        List<WebhookRecord> bucket, string instance, Labels? labels, ref List<WebhookRecord>? found, ref int buckets)
    {
        var before = found?.Count ?? 0;
        foreach (var webhook in bucket)
        {
            if ((webhook.Instances.Count == 0 || webhook.Instances.Contains(instance, StringComparer.Ordinal))
                && LabelRules.Match(webhook.MatchLabels, labels))
            {
                (found ??= []).Add(webhook);
            }
        }

        buckets += (found?.Count ?? 0) > before ? 1 : 0;
    }

    private List<WebhookRecord> Bucket(string pattern)
    {
        if (pattern == "*")
        {
            return _all;
        }

        var (map, key) = pattern.EndsWith(".*", StringComparison.Ordinal) ? (_prefixes, pattern[..^2]) : (_exact, pattern);
        if (!map.TryGetValue(key, out var bucket))
        {
            map[key] = bucket = [];
        }

        return bucket;
    }
}
