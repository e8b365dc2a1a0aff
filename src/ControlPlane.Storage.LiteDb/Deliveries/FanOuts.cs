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
        foreach (var document in Open(documents, filter))
        {
            var stored = EventFormat.Read(document);
            if (stored.EndOfDeliveries <= filter.From)
            {
                break;
            }

            if (filter.MatchesEvent(stored.Event.Type, stored.Event.Instance))
            {
                WalkDeliveries(documents, filter, stored, page);
            }

            if (!page.WantsMore)
            {
                break;
            }

            page.Spend(stored.FirstDelivery);
            if (!page.WantsMore)
            {
                break;
            }
        }

        return page;
    }

    private static IEnumerable<BsonDocument> Open(DocumentStore documents, DeliveryMatcher filter)
    {
        var last = documents.FirstWithin(Collections.Deliveries, 0, filter.To - 1, descending: true, DeliveryFormat.Facts)?.Long("es") ?? 0;
        return filter.Tenant is { } tenant ? EventWalks.OfTenant(documents, tenant, 0, last + 1) : EventWalks.All(documents, 0, last + 1);
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
