using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <summary>A filter of deliveries with its texts resolved to numbers; 0 and null mean any.</summary>
internal sealed class ResolvedDeliveryFilter
{
    /// <summary>What <see cref="Matches"/> reads of a row.</summary>
    public const string Columns = "seq, state, tenant_seq, webhook_seq, type_seq, instance_seq, create_time, last_status, last_failure";

    private static readonly Sql FindWebhook = new("SELECT seq FROM webhooks WHERE id = ?");
    private readonly long _after;
    private readonly long _before;
    private readonly DeliveryQuery? _query;

    private ResolvedDeliveryFilter(Connection connection, DeliveryFilter filter, long? before)
    {
        foreach (var state in filter.States)
        {
            States |= 1L << (int)state;
        }

        _after = filter.CreatedAfter?.ToMicroseconds() ?? long.MinValue;
        _before = filter.CreatedBefore?.ToMicroseconds() ?? long.MaxValue;
        // Redrives do not ask for what only lists do.
        _query = filter as DeliveryQuery;
        (From, To) = TimeSearch.Deliveries(connection, filter.CreatedAfter, filter.CreatedBefore);
        To = Math.Min(To, before ?? long.MaxValue);
    }

    /// <summary>The seqs to look at: from the first, up to but not including the second.</summary>
    public long From { get; }

    public long To { get; }
    public long Tenant { get; private init; }
    public long Webhook { get; private init; }
    public string? EventId { get; private init; }
    public HashSet<long>? Types { get; private init; }
    public long Instance { get; private init; }

    /// <summary>One bit per state, none for any.</summary>
    public long States { get; }

    /// <summary>Null if the filter names something that does not exist: then nothing can match.</summary>
    public static ResolvedDeliveryFilter? Resolve(Connection connection, DeliveryFilter filter, long? before)
    {
        var tenant = filter.TenantId is { } tenantId ? TenantKeys.FindSeq(connection, tenantId) : 0;
        var webhook = filter.WebhookId is { } webhookId ? FindWebhookSeq(connection, webhookId) : 0;
        var instance = filter.Instance is { } name ? InternedTexts.FindSeq(connection, TextKind.Instance, name) : 0;
        var types = InternedTexts.FindTypes(connection, filter.EventTypes);
        if (tenant is null || webhook is null || instance is null || types is { Count: 0 })
        {
            return null;
        }

        return new ResolvedDeliveryFilter(connection, filter, before)
        {
            Tenant = tenant.Value,
            Webhook = webhook.Value,
            EventId = filter.EventId,
            Types = types,
            Instance = instance.Value,
        };
    }

    /// <summary>Whether the filter names states, and only such as <paramref name="among"/> (bits).</summary>
    public bool HasOnlyStates(long among) => States != 0 && (States & ~among) == 0;

    public bool MatchesEvent(long type, long instance) =>
        Types?.Contains(type) != false && (Instance == 0 || Instance == instance);

    public bool Matches(Statement row) =>
        (States == 0 || (States & (1L << row.Int(1))) != 0)
        && (Tenant == 0 || Tenant == row.Long(2))
        && (Webhook == 0 || Webhook == row.Long(3))
        && MatchesEvent(row.Long(4), row.Long(5))
        && row.Long(6) >= _after && row.Long(6) < _before
        && _query?.MatchesLast(row.Int(7), (FailureKind)row.Int(8)) != false;

    private static long? FindWebhookSeq(Connection connection, string id)
    {
        using var row = connection.Use(FindWebhook).Bind(id);
        return row.Step() ? row.Long(0) : null;
    }
}
