using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Postgres;

/// <summary>An event of an append: newly staged, the same as an earlier one of the append, or one that was stored before.</summary>
internal readonly record struct AppendedRef(StagedEvent? Added, int Index, long StoredSeq);

/// <summary>Storing events with their deliveries.</summary>
internal sealed class Appends(WebhookRefs webhooks)
{
    /// <summary>Looks up the webhooks that deliveries go to.</summary>
    public Task ResolveAsync(IReadOnlyList<NewEvent> events, CancellationToken cancellationToken) =>
        webhooks.ResolveAsync(events.SelectMany(each => each.Deliveries).Select(delivery => delivery.WebhookId), cancellationToken);

    /// <summary>Asks what has to be known to store events; false if another operation of the transaction asked for the same names or lines.</summary>
    public bool TryAsk(Questions questions, string tenantId, IReadOnlyList<NewEvent> events)
    {
        var names = new HashSet<(string, short, string)>();
        var ids = new HashSet<(string, string)>();
        var lines = new HashSet<Line>();
        foreach (var each in events)
        {
            var id = each.Event.Id;
            if (each.Fingerprint is not null)
            {
                names.Add((tenantId, EventNames.Id, id));
            }

            if (each.Fingerprint is null || Days.LeastSeqOf(id) > 0)
            {
                ids.Add((tenantId, id));
            }

            if (each.Event.IdempotencyKey.Length > 0)
            {
                names.Add((tenantId, EventNames.IdempotencyKey, each.Event.IdempotencyKey));
            }

            lines.UnionWith(each.Deliveries
                .Where(delivery => OrderingRules.HasPlace(each.Event.OrderingKey, delivery.Trigger) && webhooks.Find(delivery.WebhookId) is not null)
                .Select(delivery => new Line(delivery.WebhookId, each.Event.OrderingKey)));
        }

        if (questions.Names.Overlaps(names) || questions.Ids.Overlaps(ids) || questions.Lines.Overlaps(lines))
        {
            return false;
        }

        questions.Names.UnionWith(names);
        questions.Ids.UnionWith(ids);
        questions.Lines.UnionWith(lines);
        return true;
    }

    /// <summary>Finds out which event each one is; the index of the first one whose name belongs to another event is a conflict.</summary>
    public static (FirstEvent[] First, int? Conflict) Resolve(Answers answers, string tenantId, IReadOnlyList<NewEvent> events)
    {
        var first = new FirstEvent[events.Count];
        var byName = new Dictionary<(short, string), FirstEvent>();
        for (var i = 0; i < first.Length; i++)
        {
            var added = events[i].Event;
            if (DuplicateRules.Resolve(
                Find(EventNames.Id, added.Id),
                added.IdempotencyKey.Length == 0 ? null : Find(EventNames.IdempotencyKey, added.IdempotencyKey),
                i,
                events[i].Fingerprint) is not { } found)
            {
                return (first, i);
            }

            first[i] = found;
            byName.TryAdd((EventNames.Id, added.Id), found);
            if (added.IdempotencyKey.Length > 0)
            {
                byName.TryAdd((EventNames.IdempotencyKey, added.IdempotencyKey), found);
            }
        }

        return (first, null);

        FirstEvent? Find(short kind, string name) =>
            byName.TryGetValue((kind, name), out var earlier) ? earlier
            : answers.Names.TryGetValue((tenantId, kind, name), out var known) ? new FirstEvent(known.Seq, -1, known.Fingerprint)
            : null;
    }

    /// <summary>Stages events that none of the stored ones is the same as.</summary>
    /// <exception cref="ArgumentException">A delivery goes to a webhook that the tenant does not have.</exception>
    public List<AppendedRef> Stage(
        Unit unit, Answers answers, string tenantId, long tenantSeq, IReadOnlyList<NewEvent> events, string owner, TimeSpan leaseFor)
    {
        var (first, conflict) = Resolve(answers, tenantId, events);
        return conflict is { } index
            ? throw new ArgumentException($"The event {events[index].Event.Id} exists.")
            : Stage(unit, answers, first, new AppendRequest(tenantId, 0, events, owner, leaseFor), tenantSeq);
    }

    /// <inheritdoc cref="Stage(Unit, Answers, string, long, IReadOnlyList{NewEvent}, string, TimeSpan)"/>
    public List<AppendedRef> Stage(Unit unit, Answers answers, FirstEvent[] first, AppendRequest request, long tenantSeq)
    {
        foreach (var id in request.Events.SelectMany(each => each.Deliveries).Select(delivery => delivery.WebhookId))
        {
            if (webhooks.Find(id)?.TenantSeq != tenantSeq)
            {
                throw new ArgumentException($"The tenant has no webhook {id}.");
            }
        }

        var refs = new List<AppendedRef>(first.Length);
        for (var i = 0; i < first.Length; i++)
        {
            refs.Add(first[i] switch
            {
                { Stored: { } stored } => new AppendedRef(null, -1, stored),
                { Index: var index } when index < i => new AppendedRef(null, index, 0),
                _ => new AppendedRef(Add(unit, answers, request, request.Events[i], tenantSeq), i, 0),
            });
        }

        return refs;
    }

    /// <summary>What became of events; of those that were stored before, what was to be stored.</summary>
    public static IReadOnlyList<AppendedEvent> Answer(IReadOnlyList<AppendedRef> refs, IReadOnlyList<NewEvent> events) =>
    [
        .. refs.Select((each, i) => each.Index < 0
            ? new AppendedEvent(events[i].Event with { Payload = null }, Duplicate: true, [])
            : Answer(refs, each, i)),
    ];

    /// <summary>What became of one event that was not stored before.</summary>
    public static AppendedEvent Answer(IReadOnlyList<AppendedRef> refs, AppendedRef appended, int index) => new(
        refs[appended.Index].Added!.Event with { Payload = null }, appended.Index != index,
        appended.Index == index ? [.. appended.Added!.Deliveries.Select(staged => staged.Delivery)] : []);

    private StagedEvent Add(Unit unit, Answers answers, AppendRequest request, NewEvent added, long tenantSeq)
    {
        var staged = new StagedEvent
        {
            Event = added.Event with { TenantId = request.TenantId, DeliveryCount = added.Deliveries.Count },
            TenantSeq = tenantSeq,
            Fingerprint = added.Fingerprint,
        };
        foreach (var delivery in added.Deliveries)
        {
            staged.Deliveries.Add(AddDelivery(unit, answers, request, staged, delivery));
        }

        unit.Add(staged);
        return staged;
    }

    /// <summary>Stages a delivery of an event that was stored before, as if that had been created at the time that it says.</summary>
    public StagedDelivery StageLater(Unit unit, Answers answers, StagedEvent source, NewDelivery delivery)
    {
        var request = new AppendRequest(source.Event.TenantId, 0, [], "", TimeSpan.Zero);
        var staged = AddDelivery(unit, answers, request, source, delivery);
        unit.AddLater(staged);
        return staged;
    }

    private StagedDelivery AddDelivery(Unit unit, Answers answers, AppendRequest request, StagedEvent source, NewDelivery delivery)
    {
        var inLine = OrderingRules.HasPlace(source.Event.OrderingKey, delivery.Trigger);
        var record = DeliveryTransitions.Create(source.Event, delivery, inLine, leased: false);
        var front = answers.FrontOf(record);
        var blocked = front?.Advance(unit, record, long.MaxValue, HeadOfLine.Block).Blocked ?? false;
        var leased = delivery.Leased && !blocked && answers.IsMember && unit.Holdings.Owns(delivery.WebhookId);
        record = leased ? DeliveryTransitions.Create(source.Event, delivery, inLine, leased: true) : record;
        front?.Note(record, long.MaxValue - 1);
        return new StagedDelivery
        {
            Delivery = record,
            TenantSeq = source.TenantSeq,
            WebhookSeq = webhooks.Find(delivery.WebhookId)!.Value.Seq,
            Source = source,
            Blocked = blocked,
            Owner = leased ? unit.Holdings.LeaseName ?? request.Owner : null,
            LeaseUntil = leased ? unit.Now + request.LeaseFor : null,
        };
    }
}
