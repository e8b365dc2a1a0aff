using ControlPlane.Storage.Embedded;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// Deliveries by what their event is: of a tenant, a type, an instance. Walks the events, which are fewer and hold all three, and goes to
/// the deliveries of those that match; that spares the deliveries an index for it.
/// </summary>
internal static class FanOuts
{
    public static PageBuilder Walk(DocumentStore documents, DeliveryMatcher filter, PageBuilder page)
    {
        using var later = DeliveryWalks.Later(documents, filter).GetEnumerator();
        var hasLater = later.MoveNext();
        foreach (var document in Open(documents, filter))
        {
            var stored = EventFormat.Read(document);
            TakeLater(stored.EndOfDeliveries);
            if (stored.EndOfDeliveries <= filter.From || !page.WantsMore)
            {
                break;
            }

            if (filter.MatchesEvent(stored.Event.Type, stored.Event.Instance))
            {
                WalkDeliveries(documents, filter, stored, page);
            }

            if (page.WantsMore)
            {
                page.Spend(stored.FirstDelivery);
            }

            if (!page.WantsMore)
            {
                break;
            }
        }

        TakeLater(filter.From);
        return page;

        // Those that were created between the deliveries of one event and those of the next.
        void TakeLater(long from)
        {
            while (hasLater && page.WantsMore && later.Current.Seq() >= from)
            {
                page.Look(later.Current.Seq(), filter.Matches(later.Current));
                hasLater = later.MoveNext();
            }
        }
    }

    private static IEnumerable<BsonDocument> Open(DocumentStore documents, DeliveryMatcher filter)
    {
        var to = TimeSearch.FirstEventFrom(documents, filter.To);
        return filter.Tenant is { } tenant
            ? EventWalks.OfTenant(documents, tenant, 0, to, descending: true)
            : EventWalks.All(documents, 0, to);
    }

    private static void WalkDeliveries(DocumentStore documents, DeliveryMatcher filter, StoredEvent stored, PageBuilder page)
    {
        var (from, to) = (Math.Max(stored.FirstDelivery, filter.From), Math.Min(stored.EndOfDeliveries, filter.To));
        foreach (var facts in from < to ? DeliveryWalks.All(documents, from, to, descending: true) : [])
        {
            page.Look(facts.Seq(), filter.Matches(facts));
            if (!page.WantsMore)
            {
                return;
            }
        }
    }
}
