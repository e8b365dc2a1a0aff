using System.Diagnostics.CodeAnalysis;
using ControlPlane.Storage;

namespace ControlPlane.Server.Dispatching;

/// <summary>
/// The queue of one webhook: a few deliveries in memory, and the knowledge of when the next one in the store is due. A lane
/// holds up nobody but itself.
/// </summary>
internal sealed class Lane(
    string tenantId, string webhookId, TenantPlaces share, LaneGate gate, ILaneHost host, int maxQueue, TimeProvider clock)
{
    /// <summary>Fewer at a time would make each claim cost more than what it claims.</summary>
    private const int LeastCapacity = 32;

    private readonly Lock _lock = new();
    private readonly Queue<WorkItem> _queue = [];
    private int _reserved;
    private bool _enlisted;
    private bool _claiming;
    private bool _paused;
    private int _changes;
    private DateTimeOffset? _due;

    public string TenantId => tenantId;

    public string WebhookId => webhookId;

    /// <summary>What the webhook's tenant has of this process.</summary>
    public TenantPlaces Share => share;

    /// <summary>Deliveries taken ahead of sending: a few rounds of what the receiver bears, so that a stuck one holds little.</summary>
    private int Capacity => Math.Min(maxQueue, Math.Max(LeastCapacity, gate.Limit * 8));

    /// <summary>What the lane is doing, and how many deliveries are queued ahead of one.</summary>
    public LaneSnapshot Look(string deliveryId)
    {
        lock (_lock)
        {
            var position = _queue.TakeWhile(item => item.Delivery.Id != deliveryId).Count();
            return new(
                _queue.Count, gate.InFlight, gate.Limit, gate.Failing, gate.Wait() ?? TimeSpan.Zero, _due,
                position < _queue.Count ? position : null);
        }
    }

    /// <summary>Sets a place aside for a delivery that is about to be born leased. False if it should wait in the store.</summary>
    public bool TryReserve(WebhookRecord webhook)
    {
        lock (_lock)
        {
            gate.Configure(webhook);
            // What waits in the store goes first.
            var behind = _claiming || (_due is { } due && due <= clock.GetUtcNow());
            if (_paused || behind || gate.Failing || _queue.Count + _reserved >= Capacity || !host.TryTakePlace(share))
            {
                return false;
            }

            _reserved++;
            return true;
        }
    }

    /// <summary>Gives a reserved place back.</summary>
    public void Unreserve()
    {
        lock (_lock)
        {
            _reserved--;
        }

        host.GiveBackPlace(share);
        // What is due in the store can have waited for this place.
        Pump();
    }

    /// <summary>Fills a reserved place.</summary>
    public void Enqueue(WorkItem item)
    {
        lock (_lock)
        {
            _reserved--;
            _queue.Enqueue(item);
        }

        Pump();
    }

    /// <summary>A delivery waits in the store until then.</summary>
    public void Expect(DateTimeOffset due)
    {
        lock (_lock)
        {
            _due = _due < due ? _due : due;
        }

        Pump();
    }

    /// <summary>The webhook was changed: look at it again.</summary>
    public void Reconsider()
    {
        lock (_lock)
        {
            _changes++;
            _paused = false;
        }

        Pump();
    }

    /// <summary>Takes the next delivery to send, if one may start now.</summary>
    public bool TryStart([NotNullWhen(true)] out WorkItem? item)
    {
        lock (_lock)
        {
            _enlisted = false;
            item = null;
            if (_queue.Count > 0 && gate.Wait() == TimeSpan.Zero)
            {
                item = _queue.Dequeue();
                gate.Started();
            }
        }

        Pump();
        return item is not null;
    }

    /// <summary>A request ended. Answers deliveries that must go back to the store because the receiver is failing now.</summary>
    public IReadOnlyList<WorkItem> Ended(bool? succeeded)
    {
        IReadOnlyList<WorkItem> back = [];
        lock (_lock)
        {
            if (succeeded is null)
            {
                gate.Abandoned();
            }
            else if (gate.Ended(succeeded.Value))
            {
                back = TakeQueue();
            }
        }

        Pump();
        return back;
    }

    /// <summary>Empties the queue; the deliveries' leases are the caller's to give back.</summary>
    public IReadOnlyList<WorkItem> TakeQueue()
    {
        lock (_lock)
        {
            WorkItem[] items = [.. _queue];
            _queue.Clear();
            return items;
        }
    }

    /// <summary>Starts what may start, claims what is due, and sets the alarm for the rest.</summary>
    public void Pump()
    {
        var enlist = false;
        var claim = 0;
        var changes = 0;
        DateTimeOffset? alarm = null;
        lock (_lock)
        {
            if (!_enlisted && _queue.Count > 0 && gate.Wait() is { } wait)
            {
                _enlisted = enlist = wait == TimeSpan.Zero;
                alarm = enlist ? null : clock.GetUtcNow() + wait;
            }

            if (!_paused && !_claiming && _due is { } due)
            {
                if (due > clock.GetUtcNow())
                {
                    alarm = alarm < due ? alarm : due;
                }
                else if ((claim = ClaimSize()) > 0)
                {
                    _claiming = true;
                    _due = null;
                    changes = _changes;
                }
            }
        }

        if (enlist)
        {
            host.Enlist(this);
        }

        if (claim > 0)
        {
            host.Claim(this, claim, changes);
        }

        if (alarm is { } time)
        {
            host.SetAlarm(this, time);
        }
    }

    /// <summary>A claim ended.</summary>
    /// <param name="webhook">The webhook; null if it does not exist or must not be sent to now.</param>
    /// <param name="changes">What <see cref="ILaneHost.Claim"/> was told.</param>
    /// <param name="items">What was claimed.</param>
    /// <param name="nextDue">When the next one is due.</param>
    public void Claimed(WebhookRecord? webhook, int changes, IReadOnlyList<WorkItem> items, DateTimeOffset? nextDue)
    {
        lock (_lock)
        {
            _claiming = false;
            // If the webhook changed while it was looked at, look again instead of going to sleep.
            _paused = webhook is null && changes == _changes;
            if (webhook is not null)
            {
                gate.Configure(webhook);
            }

            foreach (var item in items)
            {
                _queue.Enqueue(item);
            }

            _due = _due is null || nextDue < _due ? nextDue ?? _due : _due;
        }

        Pump();
    }

    /// <summary>A claim could not be made: nothing is known of the webhook, so it is made again later.</summary>
    public void ClaimFailed(DateTimeOffset again)
    {
        lock (_lock)
        {
            _claiming = false;
            _due = _due < again ? _due : again;
        }

        Pump();
    }

    /// <summary>How many to claim now: refilled when half empty, one at a time while the receiver fails.</summary>
    private int ClaimSize()
    {
        var taken = _queue.Count + _reserved;
        if (gate.Failing)
        {
            return taken + gate.InFlight == 0 ? 1 : 0;
        }

        return taken * 2 <= Capacity ? Capacity - taken : 0;
    }
}
