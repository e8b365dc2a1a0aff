using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Reads how attempts ended, and since when what waits does.</summary>
internal static class StatsReads
{
    /// <summary>Reads all but since when the deliveries of a tenant wait, which <see cref="WaitingWalk"/> finds.</summary>
    public static AttemptStats? Read(DocumentStore documents, StatsQuery query, Backlog backlog, DateTimeOffset now)
    {
        var owner = query.OfWebhook
            ? WebhookDocuments.Find(documents, query.Id)?.Seq
            : TenantRef.FindLive(documents, query.Id)?.Seq;
        if (owner is not { } seq)
        {
            return null;
        }

        var window = StatsBuckets.WindowOf(query, now);
        var buckets = window.Fill(
            StatsDocuments.List(documents, Collections.StatsMinutes, seq, window.FirstMinute, window.LastMinute),
            StatsDocuments.List(documents, Collections.StatsHours, seq, window.FirstHour, window.LastHour));
        var (inFlight, waiting) = backlog.Of(query);
        return new AttemptStats(buckets, inFlight, waiting, waiting > 0 && query.OfWebhook ? FindOldest(documents, seq) : null);
    }

    private static DateTimeOffset? FindOldest(DocumentStore documents, long owner)
    {
        DateTimeOffset? oldest = null;
        foreach (var kind in new[] { KeyKind.Waiting, KeyKind.Blocked })
        {
            using var rows = documents.WithinKeys(
                Collections.Deliveries, Key.Of(kind, owner, long.MinValue, long.MinValue), Key.Of(kind, owner, long.MaxValue, long.MaxValue),
                select: DeliveryFormat.Facts);
            for (var looked = 0; looked < StatsBuckets.LookAtMost && rows.Step(); looked++)
            {
                var created = rows.Current.Time("c");
                oldest = oldest < created ? oldest : created;
            }
        }

        return oldest;
    }
}
