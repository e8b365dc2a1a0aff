using System.Globalization;
using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>A stretch of deliveries, looked through from the oldest on.</summary>
/// <param name="Found">Those that belong to the scope.</param>
/// <param name="Next">Where to go on.</param>
/// <param name="Finished">Whether nothing is left.</param>
internal sealed record RedriveWalk(IReadOnlyList<DeliveryPlace> Found, long Next, bool Finished)
{
    /// <param name="connection">Where to read.</param>
    /// <param name="filter">What is meant.</param>
    /// <param name="scope">What belongs to it.</param>
    /// <param name="position">Where to begin.</param>
    /// <param name="limit">How many to find at most.</param>
    /// <param name="lookAtMost">How many to look at.</param>
    public static async Task<RedriveWalk> ReadAsync(
        NpgsqlConnection connection, DeliveryFilter filter, RedriveScope scope, long position, int limit, int lookAtMost)
    {
        List<object?> values = [];
        var looked = DeliveryList.Look(values, filter).Add("x.seq >= {0}", position).Add("x.seq < {0}", scope.End);
        var from = $"{DeliveryList.Looked(filter)}{looked} ORDER BY x.seq";
        var lookedValues = values.ToArray();
        var conditions = DeliveryList.Match(values, filter).Add("d.revision <= {0}", scope.Revision);
        await using var script = new Script(connection)
            .Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"""
                    SELECT d.seq, w.id, d.line FROM ({from} LIMIT {lookAtMost}) d
                    JOIN webhooks w ON w.seq = d.webhook_seq + 0 JOIN tenants t ON t.seq = d.tenant_seq + 0
                    WHERE TRUE{conditions} ORDER BY d.seq LIMIT {limit}
                    """),
                [.. values])
            .Add(string.Create(CultureInfo.InvariantCulture, $"SELECT x.seq FROM ({from}) x OFFSET {lookAtMost - 1} LIMIT 1"), lookedValues);
        await using var rows = await script.ReadAsync(CancellationToken.None).ConfigureAwait(false);
        var found = await rows.ListAsync(
            row => new DeliveryPlace(row.GetInt64(0), row.TextOrNull(2) is { } key ? new Line(row.GetString(1), key) : null),
            CancellationToken.None).ConfigureAwait(false);
        await rows.NextResultAsync().ConfigureAwait(false);
        long? last = await rows.ReadAsync().ConfigureAwait(false) ? rows.GetInt64(0) : null;
        return found.Count == limit ? new RedriveWalk(found, found[^1].Seq + 1, Finished: false)
            : last is { } seq ? new RedriveWalk(found, seq + 1, Finished: false)
            : new RedriveWalk(found, scope.End, Finished: true);
    }
}
