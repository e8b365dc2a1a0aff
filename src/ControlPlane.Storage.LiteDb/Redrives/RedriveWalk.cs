using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>A stretch of a walk.</summary>
/// <param name="Found">The positions of what belongs to the redrive, oldest first.</param>
/// <param name="Next">Where to go on; the scope's end when nothing is left.</param>
internal readonly record struct RedriveStretch(List<long> Found, long Next);

/// <summary>
/// Walks what a redrive takes, oldest first, through the narrowest way for its filter. It stops after a number of finds or of
/// deliveries looked at, and says where to go on.
/// </summary>
internal static class RedriveWalk
{
    public static RedriveStretch Read(
        DocumentStore documents, DeliveryFilter filter, RedriveScope scope, long position, int limit, int lookAtMost)
    {
        if (DeliveryMatcher.Resolve(documents, filter, scope.End) is not { } matcher)
        {
            return new RedriveStretch([], scope.End);
        }

        var found = new List<long>();
        foreach (var facts in Open(documents, matcher, Math.Max(position, matcher.From)))
        {
            if (facts.Long("rv") <= scope.Revision && matcher.Matches(facts))
            {
                found.Add(facts.Seq());
            }

            if (found.Count == limit || --lookAtMost == 0)
            {
                return new RedriveStretch(found, facts.Seq() + 1);
            }
        }

        return new RedriveStretch(found, scope.End);
    }

    private static IEnumerable<BsonDocument> Open(DocumentStore documents, DeliveryMatcher filter, long from) =>
        filter.EventId is not null ? DeliveryWalks.OfEvents(documents, filter, from, descending: false)
        : filter.HasOnlyStates(DeliveryState.Dead) ? DeliveryWalks.Dead(documents, filter, from, descending: false)
        : filter.Webhook is not null ? DeliveryWalks.OfWebhook(documents, filter, from, descending: false)
        : DeliveryWalks.All(documents, from, filter.To, descending: false);
}
