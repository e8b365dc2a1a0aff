using ControlPlane.Storage.Embedded;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// Lists deliveries, newest first: takes the narrowest way for the filter, walks it backwards and tests each one. It looks at a
/// bounded number, so that a page with a rare filter is short rather than late.
/// </summary>
internal sealed class DeliveryList(DeliveryQuery query)
{
    /// <summary>Those that have not ended and match, newest first, if they are what is asked for and not too many.</summary>
    private List<long>? _live;
    private bool _hasLookedForLive;

    /// <summary>Reads some of a page. What it finds out in the first read it needs not find out again in the next.</summary>
    public Page<DeliveryRecord> Read(DocumentStore documents, long? before, int limit)
    {
        if (DeliveryMatcher.Resolve(documents, query, before) is not { } filter)
        {
            return new Page<DeliveryRecord>([], null);
        }

        FindLive(documents, filter);
        return _live is null
            ? Collect(documents, filter, limit).Build(seq => DeliveryFormat.ReadRecord(documents.Find(Collections.Deliveries, seq)!))
            : ReadLive(documents, filter, limit, _live);
    }

    private void FindLive(DocumentStore documents, DeliveryMatcher filter)
    {
        if (!_hasLookedForLive && filter.EventId is null
            && filter.HasOnlyStates(DeliveryState.Pending, DeliveryState.InFlight, DeliveryState.RetryScheduled))
        {
            _live = DeliveryWalks.TryFindLive(documents, filter)?.Where(filter.Matches).Select(facts => facts.Seq()).ToList();
        }

        _hasLookedForLive = true;
    }

    private static Page<DeliveryRecord> ReadLive(DocumentStore documents, DeliveryMatcher filter, int limit, List<long> live)
    {
        var page = new PageBuilder(limit, int.MaxValue);
        var shown = new Dictionary<long, DeliveryRecord>();
        foreach (var seq in live.Where(seq => seq < filter.To))
        {
            // It can have ended since they were found, and be gone.
            if (documents.Find(Collections.Deliveries, seq) is { } document && filter.Matches(document))
            {
                page.Look(seq, matches: true);
                shown[seq] = DeliveryFormat.ReadRecord(document);
            }

            if (!page.WantsMore)
            {
                break;
            }
        }

        return page.Build(seq => shown[seq]);
    }

    private static PageBuilder Collect(DocumentStore documents, DeliveryMatcher filter, int limit)
    {
        if (filter.EventId is not null)
        {
            return Walk(DeliveryWalks.OfEvents(documents, filter, filter.From, descending: true), filter, new PageBuilder(limit, ReadBounds.LookAtMost));
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
