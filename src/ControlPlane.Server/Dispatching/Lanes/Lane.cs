using ControlPlane.Storage;

namespace ControlPlane.Server.Dispatching;

/// <summary>
/// The state of one webhook: a few deliveries in memory, and when the next one in the store is due. Every change returns what the lane
/// needs next; carrying that out is up to <see cref="Lanes"/>.
/// </summary>
internal sealed class Lane(string tenantId, string webhookId, TenantPlaces places, LaneGate gate, int maxQueue, TimeProvider clock)
{
    /// <summary>Fewer at a time would make each claim cost more than what it claims.</summary>
    private const int LeastCapacity = 32;

    private readonly Lock _lock = new();
    private readonly Queue<WorkItem> _queue = [];
    private volatile Receiver _receiver = new();
    private long _version = -1;
    private long _answeredAt = long.MinValue;
    private int _reserved;
    private bool _enlisted;
    private bool _claiming;
    private bool _paused;
    private int _changes;
    private DateTimeOffset? _due;

    public string TenantId => tenantId;

    public string WebhookId => webhookId;

    /// <summary>The places in memory of the webhook's tenant.</summary>
    public TenantPlaces Places => places;

    /// <summary>The host that the webhook's URL names.</summary>
    public Receiver Receiver => _receiver;

    /// <summary>The timestamp of the receiver's last answer to this webhook.</summary>
    public long AnsweredAt
    {
        get => Interlocked.Read(ref _answeredAt);
        set => Interlocked.Exchange(ref _answeredAt, value);
    }

    /// <summary>The receiver has answered this webhook. Until it does, what is known of the host decides.</summary>
    public bool Known => AnsweredAt != long.MinValue;

    /// <summary>A request waited in vain for an answer: one of this webhook or, if it is not known yet, of another one with the same host.</summary>
    public bool Silent => gate.Silent || (_receiver.Silent && !Known);

    private bool Probing => gate.Probing || Silent;

    /// <summary>Deliveries taken ahead of sending: a few rounds of what the receiver bears, so that a stuck one holds little.</summary>
    private int Capacity => Math.Min(maxQueue, Math.Max(LeastCapacity, gate.Limit * 8));

    /// <summary>What the lane is doing, and how many deliveries are queued ahead of one.</summary>
    public LaneSnapshot Look(string deliveryId)
    {
        lock (_lock)
        {
            var position = _queue.TakeWhile(item => item.Delivery.Id != deliveryId).Count();
            return new(
                _queue.Count, gate.InFlight, Silent ? 1 : gate.Limit, Probing, gate.Wait() ?? TimeSpan.Zero, _due,
                position < _queue.Count ? position : null);
        }
    }

    /// <summary>Whether the settings that the lane works by are those of the webhook or newer ones.</summary>
    public bool Knows(WebhookRecord webhook) => Interlocked.Read(ref _version) >= webhook.Version;

    /// <summary>Takes over the webhook's settings, unless older than those known.</summary>
    public void Configure(WebhookRecord webhook, Receiver receiver)
    {
        lock (_lock)
        {
            if (!Knows(webhook))
            {
                gate.Configure(webhook);
                if (_receiver != receiver)
                {
                    (_receiver, gate.Silent, AnsweredAt) = (receiver, false, long.MinValue);
                }

                Interlocked.Exchange(ref _version, webhook.Version);
            }
        }
    }

    /// <summary>Sets aside room for a delivery that is about to be born leased. False if it should wait in the store.</summary>
    public bool TryReserve()
    {
        lock (_lock)
        {
            // What waits in the store goes first.
            var behind = _claiming || (_due is { } due && due <= clock.GetUtcNow());
            if (_paused || behind || Probing || _queue.Count + _reserved >= Capacity)
            {
                return false;
            }

            _reserved++;
            return true;
        }
    }

    /// <summary>Gives the room back.</summary>
    public LaneDecision Unreserve()
    {
        lock (_lock)
        {
            _reserved--;
            // What is due in the store can have waited for this room.
            return Decide();
        }
    }

    /// <summary>Takes a delivery into the room set aside for it.</summary>
    public LaneDecision Enqueue(WorkItem item)
    {
        lock (_lock)
        {
            _reserved--;
            _queue.Enqueue(item);
            return Decide();
        }
    }

    /// <summary>A delivery waits in the store until then.</summary>
    public LaneDecision Expect(DateTimeOffset due)
    {
        lock (_lock)
        {
            _due = _due < due ? _due : due;
            return Decide();
        }
    }

    /// <summary>The webhook was changed: look at it again.</summary>
    public LaneDecision Reconsider()
    {
        lock (_lock)
        {
            _changes++;
            _paused = false;
            return Decide();
        }
    }

    /// <summary>Takes the next delivery to send, if one may start now.</summary>
    public LaneDecision Start(out WorkItem? item)
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

            return Decide();
        }
    }

    /// <summary>A request ended.</summary>
    /// <param name="succeeded">How; null if it says nothing of the receiver.</param>
    /// <param name="answered">Whether the receiver answered at all.</param>
    /// <param name="back">Deliveries that must go back to the store because the receiver is failing now.</param>
    public LaneDecision End(bool? succeeded, bool answered, out IReadOnlyList<WorkItem> back)
    {
        lock (_lock)
        {
            back = [];
            gate.Silent &= !answered;
            if (succeeded is null)
            {
                gate.Abandoned();
            }
            else if (gate.Ended(succeeded.Value))
            {
                back = TakeQueue();
            }

            return Decide();
        }
    }

    /// <summary>The receiver does not answer: it is asked one at a time from now on. Returns the queue, which must go back to the store.</summary>
    public IReadOnlyList<WorkItem> FallSilent()
    {
        lock (_lock)
        {
            gate.Silent = true;
            return TakeQueue();
        }
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

    /// <summary>A time came that the lane waited for.</summary>
    public LaneDecision Wake()
    {
        lock (_lock)
        {
            return Decide();
        }
    }

    /// <summary>A claim ended.</summary>
    /// <param name="found">False if the webhook does not exist or must not be sent to now.</param>
    /// <param name="changes">As the claim had it.</param>
    /// <param name="items">What was claimed.</param>
    /// <param name="nextDue">When the next one is due.</param>
    public LaneDecision Claimed(bool found, int changes, IReadOnlyList<WorkItem> items, DateTimeOffset? nextDue)
    {
        lock (_lock)
        {
            _claiming = false;
            // If the webhook changed while it was looked at, look again instead of going to sleep.
            _paused = !found && changes == _changes;
            foreach (var item in items)
            {
                _queue.Enqueue(item);
            }

            _due = _due is null || nextDue < _due ? nextDue ?? _due : _due;
            return Decide();
        }
    }

    /// <summary>A claim could not be made: nothing is known of the webhook, so it is made again later.</summary>
    public LaneDecision ClaimFailed(DateTimeOffset again)
    {
        lock (_lock)
        {
            _claiming = false;
            _due = _due < again ? _due : again;
            return Decide();
        }
    }

    /// <summary>Starts what may start, claims what is due, and wakes up for the rest.</summary>
    private LaneDecision Decide()
    {
        var (enlist, claim) = (false, 0);
        DateTimeOffset? wake = null;
        if (!_enlisted && _queue.Count > 0 && gate.Wait() is { } wait)
        {
            _enlisted = enlist = wait == TimeSpan.Zero;
            wake = enlist ? null : clock.GetUtcNow() + wait;
        }

        if (!_paused && !_claiming && _due is { } due)
        {
            if (due > clock.GetUtcNow())
            {
                wake = wake < due ? wake : due;
            }
            else if ((claim = ClaimSize()) > 0)
            {
                _claiming = true;
                _due = null;
            }
        }

        return new(enlist, claim, _changes, wake);
    }

    /// <summary>How many to claim now: refilled when half empty, one at a time while the receiver is probed.</summary>
    private int ClaimSize()
    {
        var taken = _queue.Count + _reserved;
        if (Probing)
        {
            return taken + gate.InFlight == 0 ? 1 : 0;
        }

        return taken * 2 <= Capacity ? Capacity - taken : 0;
    }
}
