using ControlPlane.Storage.Transitions;
using LiteDB;

namespace ControlPlane.Storage.LiteDb;

/// <summary>What reads the events of a replay, and creates their deliveries.</summary>
internal static class ReplaySteps
{
    public static EventStretch Read(DocumentStore documents, EventWalk walk)
    {
        if (DeliveryMatcher.Resolve(documents, walk.Filter, before: null) is not { Tenant: { } tenant, Webhook: { } webhook })
        {
            return new EventStretch([], walk.End);
        }

        var (from, to) = TimeSearch.Events(documents, walk.Filter.CreatedAfter, walk.Filter.CreatedBefore);
        var (found, looked, bytes) = (new List<FoundEvent>(), 0, 0L);
        foreach (var document in EventWalks.OfTenant(documents, tenant, Math.Max(walk.From, from), Math.Min(walk.End, to), descending: false))
        {
            looked++;
            var stored = EventFormat.Read(document);
            if (walk.Filter.Matches(stored.Event))
            {
                looked += 1 + (walk.OnlyMissing ? stored.Event.DeliveryCount : 0);
                if (FindPayload(documents, stored, webhook, walk.OnlyMissing) is { } payload)
                {
                    var body = walk.WithPayloads ? EventFormat.ReadPayload(payload) : null;
                    bytes += body?.Length ?? 0;
                    found.Add(new(stored.Seq, stored.Event with { Payload = body }));
                }
            }

            if (found.Count == walk.Limit || bytes >= EventWalk.MostBytes || looked >= ReadBounds.LookAtMost)
            {
                return new EventStretch(found, stored.Seq + 1);
            }
        }

        return new EventStretch(found, walk.End);
    }

    public static RedriveBatch? Step(WriteSession session, ReplayStep step)
    {
        if (RedriveDocuments.Find(session.Stored, step.RedriveId) is not { Redrive.Replay: { } terms } stored)
        {
            return null;
        }

        if (!RedriveTransitions.CanReplay(stored.Redrive, stored.Position, step))
        {
            return new RedriveBatch(stored.Redrive, []);
        }

        var now = session.Now;
        var created = Create(session, stored.Redrive.Filter, terms, step.Events, now);
        var redrive = RedriveTransitions.Advance(
            stored.Redrive, step.Events.Count, created.Count, finished: step.Next >= stored.Scope.End, now);
        RedriveDocuments.Save(session, stored with { Redrive = redrive, Position = step.Next });
        return new RedriveBatch(redrive, created);
    }

    private static List<DeliveryRecord> Create(
        WriteSession session, DeliveryFilter filter, ReplayTerms terms, IReadOnlyList<ReplayedEvent> events, DateTimeOffset now)
    {
        var created = new List<DeliveryRecord>(events.Count);
        var documents = session.Documents;
        if (session.Refs.FindTenant(documents, filter.TenantId!) is not { } tenant
            || session.Refs.FindReceiver(documents, filter.WebhookId!) is not { } webhook || webhook.Tenant != tenant.Seq)
        {
            return created;
        }

        foreach (var (seq, id) in events)
        {
            if (documents.Find(Collections.Events, seq) is { } document
                && EventFormat.Read(document) is var source && source.Tenant == tenant.Seq
                && FindPayload(documents, source, webhook.Seq, terms.OnlyMissing) is not null)
            {
                var delivery = new NewDelivery(id, filter.WebhookId!, DeliveryTrigger.Redrive, Leased: false);
                created.Add(Appends.AddLater(session, source, delivery, now));
            }
        }

        return created;
    }

    /// <summary>Returns the payload of an event unless it is gone or the event is to be left out.</summary>
    private static BsonDocument? FindPayload(DocumentStore documents, StoredEvent stored, long webhook, bool onlyMissing) =>
        documents.Find(Collections.Payloads, stored.Seq) is { } payload && !(onlyMissing && HasDelivery(documents, stored, webhook)) ? payload : null;

    private static bool HasDelivery(DocumentStore documents, StoredEvent stored, long webhook) =>
        DeliveryWalks.All(documents, stored.FirstDelivery, stored.EndOfDeliveries, descending: false).Any(facts => facts.Long("ws") == webhook)
        || DeliveryWalks.LaterOfEvent(documents, stored.Seq).Any(facts => facts.Long("ws") == webhook);
}
