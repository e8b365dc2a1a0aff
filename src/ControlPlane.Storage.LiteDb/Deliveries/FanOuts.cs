using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// Deliveries by what their event is: of a tenant, a type, an instance. Walks the events, which are fewer and hold all three, and goes to
/// the deliveries of those that match; that spares the deliveries an index for it.
/// </summary>
internal static class FanOuts
{
    public static PageBuilder Walk(DocumentStore documents, DeliveryMatcher filter, PageBuilder page)
    {
        using var events = Open(documents, filter);
        while (page.WantsMore && events.Step())
        {
            var stored = EventFormat.Read(events.Current);
            if (stored.EndOfDeliveries <= filter.From)
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
        }

        return page;
    }

    private static Rows Open(DocumentStore documents, DeliveryMatcher filter)
    {
        var last = documents.FirstWithin(Collections.Deliveries, 0, filter.To - 1, descending: true, DeliveryFormat.Facts)?.Long("es") ?? 0;
        return filter.Tenant is { } tenant
            ? documents.WithinKeys(Collections.Events, Key.Of(KeyKind.OfTenant, tenant, 0), Key.Of(KeyKind.OfTenant, tenant, last), descending: true)
            : documents.Within(Collections.Events, 0, last, descending: true);
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
