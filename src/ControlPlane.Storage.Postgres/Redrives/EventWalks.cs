using System.Globalization;
using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>
/// Reads the events of a replay. What is asked about each of them is asked in subqueries that stay such: as joins, the planner could read the
/// days of all tenants.
/// </summary>
internal static class EventWalks
{
    private const int LookAtMost = 2_000;

    private const string HasNone =
        """
         AND (SELECT 1 FROM deliveries d WHERE d.webhook_seq = {0} AND d.seq BETWEEN e.first_delivery AND e.first_delivery + e.delivery_count - 1 LIMIT 1) IS NULL
          AND (SELECT 1 FROM later_deliveries l WHERE l.event_seq = e.seq AND l.webhook_seq = {0} LIMIT 1) IS NULL
        """;

    /// <summary>That an event e has no delivery to the webhook whose number is a parameter.</summary>
    public static string IsMissing(string parameter) => HasNone.Replace("{0}", parameter, StringComparison.Ordinal);

    public static async Task<EventStretch> ReadAsync(NpgsqlConnection connection, EventWalk walk, long webhookSeq)
    {
        List<object?> values = [];
        var looked = new Conditions(values)
            .Add(OwnedRows.OfTenant, walk.Filter.TenantId)
            .Add("x.seq >= {0}", walk.From)
            .Add("x.seq < {0}", walk.End)
            .AddIf("x.seq >= {0}", walk.Filter.CreatedAfter is { } after ? Days.FirstSeq(Days.Of(after) - 1) : null);
        var lookedValues = values.ToArray();
        var conditions = new Conditions(values)
            .AddIf("e.instance = {0}", walk.Filter.Instance)
            .AddTypes("e.type", walk.Filter.EventTypes)
            .AddIf("e.create_time >= {0}", walk.Filter.CreatedAfter)
            .AddIf("e.create_time < {0}", walk.Filter.CreatedBefore);
        if (walk.OnlyMissing)
        {
            values.Add(webhookSeq);
        }

        var missing = walk.OnlyMissing ? IsMissing("$" + values.Count.ToString(CultureInfo.InvariantCulture)) : "";
        var from = $"SELECT * FROM events x WHERE TRUE{looked} ORDER BY x.seq";
        await using var script = new Script(connection)
            .Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"""
                    {EventRows.SelectFromWith(walk.WithPayloads ? "b.body" : "NULL::bytea", $"({from} LIMIT {LookAtMost})")}
                    CROSS JOIN LATERAL (SELECT p.body FROM payloads p WHERE p.event_seq = e.seq LIMIT 1) b
                    WHERE TRUE{conditions}{missing} ORDER BY e.seq LIMIT {walk.Limit}
                    """),
                [.. values])
            .Add(string.Create(CultureInfo.InvariantCulture, $"SELECT x.seq FROM ({from}) x OFFSET {LookAtMost - 1} LIMIT 1"), lookedValues);
        await using var rows = await script.ReadAsync(CancellationToken.None).ConfigureAwait(false);
        var (found, bytes) = (new List<FoundEvent>(), 0L);
        while (bytes < EventWalk.MostBytes && await rows.ReadAsync().ConfigureAwait(false))
        {
            var (seq, source) = EventRows.Read(rows);
            source = source with { Payload = rows.BytesOrNull(EventRows.Added) };
            bytes += source.Payload?.Length ?? 0;
            found.Add(new(seq, source));
        }

        await rows.NextResultAsync().ConfigureAwait(false);
        long? last = await rows.ReadAsync().ConfigureAwait(false) ? rows.GetInt64(0) : null;
        return new EventStretch(
            found, found.Count == walk.Limit || bytes >= EventWalk.MostBytes ? found[^1].Position + 1 : last + 1 ?? walk.End);
    }
}
