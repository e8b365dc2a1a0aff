using ControlPlane.Storage.Embedded;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// Lists deliveries, newest first: takes the narrowest way for the filter, walks it backwards and tests each one. It looks at a
/// bounded number, so that a page with a rare filter is short rather than late.
/// </summary>
internal static class DeliveryList
{
    public static Page<DeliveryRecord> Read(DocumentStore documents, DeliveryQuery query) =>
        DeliveryMatcher.Resolve(documents, query, query.Before) is { } filter
            ? Collect(documents, filter, query.Limit).Build(
                seq => DeliveryFormat.ReadRecord(documents.Find(Collections.Deliveries, seq)!))
            : new Page<DeliveryRecord>([], null);

    private static PageBuilder Collect(DocumentStore documents, DeliveryMatcher filter, int limit)
    {
        if (filter.EventId is not null)
        {
            return Walk(DeliveryWalks.OfEvents(documents, filter, filter.From, descending: true), filter, new PageBuilder(limit, ReadBounds.LookAtMost));
        }

        if (filter.HasOnlyStates(DeliveryState.Pending, DeliveryState.InFlight, DeliveryState.RetryScheduled)
            && DeliveryWalks.TryFindLive(documents, filter) is { } live)
        {
            return Walk(live, filter, new PageBuilder(limit, int.MaxValue));
        }

        if (filter.HasOnlyStates(DeliveryState.Dead))
        {
            return Walk(DeliveryWalks.Dead(documents, filter, filter.From, descending: true), filter, new PageBuilder(limit, ReadBounds.SeekAtMost));
        }

        if (filter.Webhook is not null)
        {
            return Walk(DeliveryWalks.OfWebhook(documents, filter, filter.From, descending: true), filter, new PageBuilder(limit, ReadBounds.SeekAtMost));
        }

        return filter.Tenant is not null || filter.AsksForEvent
            ? FanOuts.Walk(documents, filter, new PageBuilder(limit, ReadBounds.SeekAtMost))
            : Walk(DeliveryWalks.All(documents, filter.From, filter.To, descending: true), filter, new PageBuilder(limit, ReadBounds.LookAtMost));
    }

    private static PageBuilder Walk(IEnumerable<BsonDocument> deliveries, DeliveryMatcher filter, PageBuilder page)
    {
        foreach (var facts in deliveries)
        {
            page.Look(facts.Seq(), filter.Matches(facts));
            if (!page.WantsMore)
            {
                break;
            }
        }

        return page;
    }
}
