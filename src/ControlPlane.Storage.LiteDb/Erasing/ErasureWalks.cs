using ControlPlane.Storage.Transitions;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>Finds events to erase.</summary>
internal static class ErasureWalks
{
    public static ErasureStretch Read(DocumentStore documents, ErasureWalk walk)
    {
        var end = walk.End ?? Counters.Load(documents).EventSeq + 1;
        if (TenantRef.Find(documents, walk.TenantId) is not { } tenant)
        {
            return new ErasureStretch([], end, end);
        }

        var (found, looked, bytes, deliveries) = (new List<long>(), 0, 0L, 0L);
        foreach (var document in Open(documents, tenant.Seq, walk, end))
        {
            looked++;
            var stored = EventFormat.Read(document);
            if (stored.Event.EraseTime is null && LabelRules.Match(walk.Labels, stored.Event.Labels))
            {
                found.Add(stored.Seq);
                bytes += document.Long("pl");
                deliveries += stored.Event.DeliveryCount;
            }

            if (found.Count == walk.Limit || looked == ReadBounds.SeekAtMost || bytes >= ErasureWalk.MostBytes || deliveries >= ErasureWalk.MostDeliveries)
            {
                return new ErasureStretch(found, stored.Seq + 1, end);
            }
        }

        return new ErasureStretch(found, end, end);
    }

    private static IEnumerable<BsonDocument> Open(DocumentStore documents, long tenant, ErasureWalk walk, long end) => walk.EventId is not { } id
        ? EventWalks.OfTenant(documents, tenant, walk.From, end, descending: false)
        : EventIds.Find(documents, tenant, id) is { } one && one.Seq() >= walk.From && one.Seq() < end ? [one] : [];
}
