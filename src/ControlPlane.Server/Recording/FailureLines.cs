namespace ControlPlane.Server.Recording;

/// <summary>
/// Decides which failed attempts get a line in the log, so that receivers that fail do not fill it: one line of a webhook in ten
/// seconds, and so many of a tenant. The next line says how many attempts had none.
/// </summary>
internal sealed class FailureLines(TimeProvider clock)
{
    /// <summary>Lines of one tenant in that time.</summary>
    public const int PerTenant = 50;

    /// <summary>How long one line of a webhook stands for all that follow.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    /// <summary>What was noted is forgotten when it is about more webhooks or tenants than this.</summary>
    private const int Capacity = 20_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Told> _webhooks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Told> _tenants = new(StringComparer.Ordinal);

    /// <summary>Counts a failed attempt; the number of those before it without a line if this one gets one, or null.</summary>
    public int? Count(string tenantId, string webhookId)
    {
        lock (_lock)
        {
            var webhook = Find(_webhooks, webhookId);
            var tenant = Find(_tenants, tenantId);
            if (IsOver(tenant))
            {
                (tenant.At, tenant.Count) = (clock.GetTimestamp(), 0);
            }

            if (!IsOver(webhook) || tenant.Count >= PerTenant)
            {
                webhook.Count++;
                return null;
            }

            tenant.Count++;
            var unsaid = webhook.Count;
            (webhook.At, webhook.Count) = (clock.GetTimestamp(), 0);
            return unsaid;
        }
    }

    private bool IsOver(Told told) => told.At is not { } at || clock.GetElapsedTime(at) >= Quiet;

    private static Told Find(Dictionary<string, Told> known, string id)
    {
        if (known.TryGetValue(id, out var told))
        {
            return told;
        }

        if (known.Count >= Capacity)
        {
            known.Clear();
        }

        return known[id] = new Told();
    }

    private sealed class Told
    {
        public long? At { get; set; }

        public int Count { get; set; }
    }
}
