using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <summary>The rows that one append or step of a replay adds, collected so that each table gets its rows at once.</summary>
internal sealed class AppendBatch(WriteSession session, AppendRequest request, long tenant)
{
    private readonly List<EventRow> _events = new(request.Events.Count);
    private readonly List<DeliveryRow> _deliveries = new(request.Events.Count);

    /// <summary>Adds an event with its deliveries. The rows are stored by <see cref="Store"/>, but for those that stand in a line.</summary>
    public AppendedEvent Add(NewEvent added)
    {
        var source = added.Event;
        var row = new EventRow(
            added,
            ++session.Counters.EventSeq,
            tenant,
            session.Intern(TextKind.EventType, source.Type),
            session.Intern(TextKind.Instance, source.Instance),
            session.Counters.DeliverySeq + 1);
        _events.Add(row);
        session.Counters.NoteEvent(source.CreateTime);
        session.NoteRow(source.Payload?.Length ?? 0);
        var line = source.OrderingKey.Length > 0 ? OrderingLine.KeyOf(source.OrderingKey) : (long?)null;
        var deliveries = new DeliveryRecord[added.Deliveries.Count];
        for (var i = 0; i < deliveries.Length; i++)
        {
            deliveries[i] = AddDelivery(row, added.Deliveries[i], line);
        }

        return new AppendedEvent(source with { Payload = null, DeliveryCount = deliveries.Length }, false, deliveries);
    }

    /// <summary>Adds a delivery of an event that is stored, as if that had been created at the time that its row says.</summary>
    public DeliveryRecord AddLater(in EventRow source, NewDelivery delivery, long webhook)
    {
        var key = source.Added.Event.OrderingKey;
        session.Counters.NoteEvent(source.Added.Event.CreateTime);
        var added = AddDelivery(source, delivery, key.Length > 0 ? OrderingLine.KeyOf(key) : null);
        LaterDeliveries.Insert(session, session.Counters.DeliverySeq, source.Seq, tenant, webhook);
        return added;
    }

    /// <summary>Stores what was added.</summary>
    public void Store()
    {
        EventRows.Insert(session, _events);
        DeliveryRows.Insert(session, _deliveries);
    }

    private DeliveryRecord AddDelivery(in EventRow source, NewDelivery delivery, long? key)
    {
        var added = source.Added.Event;
        var time = added.CreateTime;
        var webhook = session.Refs.FindReceiver(tenant, delivery.WebhookId)
            ?? throw new ArgumentException($"The tenant has no webhook {delivery.WebhookId}.");
        OrderingLine? line = key is { } hash && OrderingRules.HasPlace(added.OrderingKey, delivery.Trigger)
            ? new OrderingLine(webhook.Seq, hash, webhook.HeadOfLine) : null;
        var blocked = line is { } busy && OrderingLines.IsBusy(session.Connection, busy, time);
        var leased = delivery.Leased && !blocked;
        var record = DeliveryTransitions.Create(added, delivery, inLine: line is not null, leased) with
        {
            TenantId = request.TenantId,
            Revision = ++session.Counters.Revision,
        };
        var row = new DeliveryRow(
            ++session.Counters.DeliverySeq,
            record,
            source,
            webhook.Seq,
            leased ? session.Intern(TextKind.Owner, request.Owner) : null,
            leased ? session.Now + request.LeaseFor : null);
        if (line is { } joined)
        {
            // At once: whoever joins the line next looks for it.
            DeliveryRows.InsertInLine(session, row, joined.Key, blocked);
        }
        else
        {
            _deliveries.Add(row);
        }

        session.Counters.NoteChange(time);
        session.NoteRow();
        session.Leased.Note(row.Seq, record);
        session.Backlog.Note(record, opened: 1);
        return record;
    }
}
