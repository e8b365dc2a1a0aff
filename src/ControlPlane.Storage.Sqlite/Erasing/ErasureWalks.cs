using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <summary>Finds events to erase.</summary>
internal static class ErasureWalks
{
    private const int LookAtMost = 10_000;

    private const string Select =
        """
        SELECT seq, labels, delivery_count, (SELECT length(body) FROM payloads WHERE event_seq = seq), erase_time IS NOT NULL FROM events
        WHERE seq >= ? AND seq < ? AND tenant_seq = ?
        """;

    internal static readonly Sql OfTenant = new(Select + " ORDER BY seq");
    internal static readonly Sql ById = new(Select + " AND id = ?");

    public static ErasureStretch Read(Connection connection, ErasureWalk walk)
    {
        var end = walk.End ?? Counters.Load(connection).EventSeq + 1;
        if (TenantKeys.FindSeq(connection, walk.TenantId) is not { } tenant)
        {
            return new ErasureStretch([], end, end);
        }

        var (found, looked, bytes, deliveries) = (new List<long>(), 0, 0L, 0L);
        using var rows = connection.Use(walk.EventId is null ? OfTenant : ById).Bind(walk.From).Bind(end).Bind(tenant);
        if (walk.EventId is { } id)
        {
            rows.Bind(id);
        }

        while (rows.Step())
        {
            looked++;
            if (!rows.Bool(4) && (walk.Labels is null || LabelRules.Match(walk.Labels, rows.TextOrNull(1) is { } labels ? Json.ReadMap(labels) : null)))
            {
                found.Add(rows.Long(0));
                bytes += rows.LongOrNull(3) ?? 0;
                deliveries += rows.Long(2);
            }

            if (found.Count == walk.Limit || looked == LookAtMost || bytes >= ErasureWalk.MostBytes || deliveries >= ErasureWalk.MostDeliveries)
            {
                return new ErasureStretch(found, rows.Long(0) + 1, end);
            }
        }

        return new ErasureStretch(found, end, end);
    }
}
