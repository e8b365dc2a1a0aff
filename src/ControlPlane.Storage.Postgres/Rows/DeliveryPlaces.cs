using System.Collections.Concurrent;

namespace ControlPlane.Storage.Postgres;

/// <summary>Where a delivery is stored, and in which line it stands: neither ever changes.</summary>
internal readonly record struct DeliveryPlace(long Seq, Line? Line);

/// <summary>Places of deliveries by id. Those leased by this process are remembered, since they will be asked for.</summary>
internal sealed class DeliveryPlaces(Database database)
{
    private const int Most = 500_000;

    private const string FindPlaces =
        """
        SELECT d.id, d.seq, w.id, d.line FROM deliveries d JOIN webhooks w ON w.seq = d.webhook_seq + 0
        WHERE d.id = ANY($1) AND d.seq >= $2
        """;

    private readonly ConcurrentDictionary<string, DeliveryPlace> _known = new(StringComparer.Ordinal);

    public void Remember(DeliveryRecord delivery, long seq)
    {
        if (_known.Count > Most)
        {
            _known.Clear();
        }

        _known[delivery.Id] = new DeliveryPlace(seq, Line.Of(delivery));
    }

    public void Forget(string id) => _known.TryRemove(id, out _);

    /// <summary>Returns the places of those deliveries that exist.</summary>
    public async Task<Dictionary<string, DeliveryPlace>> FindAsync(IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, DeliveryPlace>(StringComparer.Ordinal);
        var unknown = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in ids)
        {
            if (_known.TryGetValue(id, out var place))
            {
                found[id] = place;
            }
            else
            {
                unknown.Add(id);
            }
        }

        if (unknown.Count > 0)
        {
            await FindAsync(found, unknown, unknown.Min(Days.LeastSeqOf), cancellationToken).ConfigureAwait(false);
        }

        return found;
    }

    private async Task FindAsync(
        Dictionary<string, DeliveryPlace> found, HashSet<string> unknown, long least, CancellationToken cancellationToken)
    {
        var rows = await database.ListAsync(
            FindPlaces,
            row => (Id: row.GetString(0), Place: new DeliveryPlace(row.GetInt64(1), row.TextOrNull(3) is { } key ? new Line(row.GetString(2), key) : null)),
            cancellationToken, unknown.ToArray(), least).ConfigureAwait(false);
        foreach (var (id, place) in rows)
        {
            found[id] = place;
            unknown.Remove(id);
        }

        if (unknown.Count > 0 && least > 0)
        {
            // The clock of whoever made the id was far off.
            await FindAsync(found, unknown, 0, cancellationToken).ConfigureAwait(false);
        }
    }
}
