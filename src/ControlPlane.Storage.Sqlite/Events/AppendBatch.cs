using ControlPlane.Storage.Embedded;
using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <summary>The rows that one append, slice of an append or step of a replay adds, collected so that each table gets its rows at once.</summary>
/// <param name="session">The writer's session.</param>
/// <param name="request">The append.</param>
/// <param name="tenant">The tenant's number.</param>
/// <param name="most">How many deliveries are stored with their events.</param>
internal sealed class AppendBatch(WriteSession session, AppendRequest request, long tenant, int most = int.MaxValue)
{
    private readonly List<EventRow> _events = new(request.Events.Count);
    private readonly List<DeliveryRow> _deliveries = new(request.Events.Count);
    private readonly List<SlicedDelivery> _left = [];
    private int _most = most;

    /// <summary>The deliveries that are left, with the positions that they have.</summary>
    public IReadOnlyList<SlicedDelivery> Left => _left;

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
        var deliveries = new DeliveryRecord[Math.Min(_most, added.Deliveries.Count)];
        for (var i = 0; i < added.Deliveries.Count; i++)
        {
            var position = ++session.Counters.DeliverySeq;
            if (i < deliveries.Length)
            {
                deliveries[i] = Add(row, added.Deliveries[i], position);
            }
            else
            {
                FindReceiver(added.Deliveries[i]);
                _left.Add(new(row.Seq, position, added.Deliveries[i]));
            }
        }

        _most -= deliveries.Length;
        return new AppendedEvent(source with { Payload = null, DeliveryCount = added.Deliveries.Count }, false, deliveries);
    }

    /// <summary>Adds a delivery of an event that is stored, as if that had been created at the time that its row says.</summary>
    public DeliveryRecord AddLater(in EventRow source, NewDelivery delivery, long webhook)
    {
        session.Counters.NoteEvent(source.Added.Event.CreateTime);
        var added = Add(source, delivery, ++session.Counters.DeliverySeq);
        LaterDeliveries.Insert(session, session.Counters.DeliverySeq, source.Seq, tenant, webhook);
        return added;
    }

    /// <summary>Stores what was added.</summary>
    public void Store()
    {
        EventRows.Insert(session, _events);
        DeliveryRows.Insert(session, _deliveries);
    }

    /// <summary>Adds a delivery at a position that it was given.</summary>
    public DeliveryRecord Add(in EventRow source, NewDelivery delivery, long position)
    {
        var added = source.Added.Event;
        var time = added.CreateTime;
        var webhook = FindReceiver(delivery);
        OrderingLine? line = OrderingRules.HasPlace(added.OrderingKey, delivery.Trigger)
            ? new OrderingLine(webhook.Seq, OrderingLine.KeyOf(added.OrderingKey), webhook.HeadOfLine) : null;
        var blocked = line is { } busy && OrderingLines.IsBusy(session.Connection, busy, time);
        var leased = delivery.Leased && !blocked;
        var record = DeliveryTransitions.Create(added, delivery, inLine: line is not null, leased) with
        {
            TenantId = request.TenantId,
            Revision = ++session.Counters.Revision,
        };
        var row = new DeliveryRow(
            position,
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

    private WebhookRef FindReceiver(NewDelivery delivery) =>
        session.Refs.FindReceiver(tenant, delivery.WebhookId) ?? throw new ArgumentException($"The tenant has no webhook {delivery.WebhookId}.");
}
