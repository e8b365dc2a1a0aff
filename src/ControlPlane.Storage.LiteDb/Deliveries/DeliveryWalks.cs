using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>The facts of deliveries in order of position, through the narrowest way for a filter.</summary>
internal static class DeliveryWalks
{
    /// <summary>Live deliveries that are looked at in one walk; if there are more, other ways are taken.</summary>
    private const int LiveAtMost = 2_000;

    public static IEnumerable<BsonDocument> All(DocumentStore documents, long from, long to, bool descending) =>
        Each(documents.Within(Collections.Deliveries, from, to - 1, descending, DeliveryFormat.Facts));

    /// <summary>Walks dead letters, of the filter's webhook or all.</summary>
    public static IEnumerable<BsonDocument> Dead(DocumentStore documents, DeliveryMatcher filter, long from, bool descending) =>
        Each(filter.Webhook is { } webhook
            ? documents.WithinKeys(
                Collections.Deliveries,
                Key.Of(KeyKind.DeadOfWebhook, webhook, from), Key.Of(KeyKind.DeadOfWebhook, webhook, filter.To - 1),
                descending, DeliveryFormat.Facts)
            : documents.WithinKeys(
                Collections.Deliveries, Key.Of(KeyKind.Dead, from), Key.Of(KeyKind.Dead, filter.To - 1), descending, DeliveryFormat.Facts));

    /// <summary>Walks the deliveries of the filter's webhook.</summary>
    public static IEnumerable<BsonDocument> OfWebhook(DocumentStore documents, DeliveryMatcher filter, long from, bool descending) =>
        documents.FindEach(
            Collections.Deliveries,
            Listing.Deliveries.Of(documents, documents.Recent.Deliveries, filter.Webhook!.Value, from, filter.To, descending),
            DeliveryFormat.Facts);

    /// <summary>Walks the deliveries of all events with the filter's id: one event, unless several tenants chose the same id.</summary>
    public static IEnumerable<BsonDocument> OfEvents(DocumentStore documents, DeliveryMatcher filter, long from, bool descending)
    {
        var ranges = new List<(long From, long To)>();
        foreach (var stored in EventIds.FindAll(documents, filter.EventId!).Select(EventFormat.Read).ToList())
        {
            ranges.Add((stored.FirstDelivery, stored.EndOfDeliveries));
            ranges.AddRange(LaterOfEvent(documents, stored.Seq).Select(facts => (facts.Seq(), facts.Seq() + 1)));
        }

        ranges.Sort();
        if (descending)
        {
            ranges.Reverse();
        }

        return ranges.SelectMany(range => All(documents, Math.Max(from, range.From), Math.Min(filter.To, range.To), descending));
    }

    /// <summary>Walks the deliveries that were created after their event.</summary>
    public static IEnumerable<BsonDocument> LaterOfEvent(DocumentStore documents, long eventSeq) => Each(documents.WithinKeys(
        Collections.Deliveries,
        Key.Of(KeyKind.LaterOfEvent, eventSeq, long.MinValue), Key.Of(KeyKind.LaterOfEvent, eventSeq, long.MaxValue),
        select: DeliveryFormat.Facts));

    /// <summary>Walks those of the filter's tenant or all, newest first.</summary>
    public static IEnumerable<BsonDocument> Later(DocumentStore documents, DeliveryMatcher filter) => Each(filter.Tenant is { } tenant
        ? documents.WithinKeys(
            Collections.Deliveries,
            Key.Of(KeyKind.LaterOfTenant, tenant, filter.From), Key.Of(KeyKind.LaterOfTenant, tenant, filter.To - 1),
            descending: true, DeliveryFormat.Facts)
        : documents.WithinKeys(
            Collections.Deliveries, Key.Of(KeyKind.Later, filter.From), Key.Of(KeyKind.Later, filter.To - 1), descending: true, DeliveryFormat.Facts));

    /// <summary>
    /// Finds deliveries that have not ended, newest first; null if they are too many to look at. They are few compared to all, and mostly
    /// of interest when they are old, far from the end where other walks begin.
    /// </summary>
    public static List<BsonDocument>? TryFindLive(DocumentStore documents, DeliveryMatcher filter)
    {
        var found = new List<BsonDocument>();
        var leasedOnly = filter.HasOnlyStates(DeliveryState.InFlight);
        var (low, high) = (filter.Webhook ?? long.MinValue, filter.Webhook ?? long.MaxValue);
        foreach (var kind in new[] { KeyKind.Waiting, KeyKind.Blocked }.Where(_ => !leasedOnly))
        {
            found.AddRange(Each(documents.WithinKeys(
                Collections.Deliveries, Key.Of(kind, low, long.MinValue, long.MinValue), Key.Of(kind, high, long.MaxValue, long.MaxValue),
                select: DeliveryFormat.Facts)).Take(LiveAtMost + 1 - found.Count));
        }

        if (leasedOnly || filter.HasOnlyStates(DeliveryState.Pending, DeliveryState.RetryScheduled) is false)
        {
            found.AddRange(LeasedWalk.All(documents, DeliveryFormat.Facts).Take(LiveAtMost + 1 - found.Count));
        }

        if (found.Count > LiveAtMost)
        {
            return null;
        }

        found.RemoveAll(facts => facts.Seq() < filter.From || facts.Seq() >= filter.To);
        found.Sort((one, other) => other.Seq().CompareTo(one.Seq()));
        return found;
    }

    private static IEnumerable<BsonDocument> Each(Rows rows)
    {
        using (rows)
        {
            while (rows.Step())
            {
                yield return rows.Current;
            }
        }
    }
}
