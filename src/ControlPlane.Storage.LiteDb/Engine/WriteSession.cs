using ControlPlane.Storage.Embedded;

namespace ControlPlane.Storage.LiteDb;

/// <summary>What the writer knows within a transaction. Operations see what the earlier ones of it wrote.</summary>
internal sealed class WriteSession : IWriteSession
{
    /// <summary>How much content takes as long to store as a document and its keys do: those are what costs.</summary>
    private const int DocumentSize = 8_192;

    private readonly StoreFiles _files;
    private readonly Gate _gate;
    private readonly Checkpointer _checkpointer;
    private readonly Damage _damage;
    private readonly OpenFiles _open;
    private readonly TimeProvider _clock;
    private readonly Action<WriteSession> _beforeCommit;
    private StoreIdentity _identity;
    private readonly List<long> _changed = [];
    private Counters _committed;
    private Counters _counters;
    private DateTimeOffset _latestChange;
    private long _size;

    public WriteSession(
        StoreFiles files, Gate gate, Checkpointer checkpointer, Damage damage, OpenFiles open, Action<WriteSession> beforeCommit, TimeProvider clock)
    {
        (_files, _gate, _checkpointer, _damage, _open, _beforeCommit, _clock) = (files, gate, checkpointer, damage, open, beforeCommit, clock);
        // A store of an earlier format that is written to is one of this.
        _identity = StoreIdentity.Find(files.Documents)!.Value with { Format = StoreIdentity.Latest };
        _counters = _committed = Counters.Load(files.Documents);
        Minute = new CurrentMinute((minute, owner) => StatsDocuments.Find(Stored, Collections.StatsMinutes, minute, owner));
        OpenDeliveries = new StoredBacklog(files.Documents);
        Events.Load(files.Documents);
    }

    /// <summary>Tenants and webhooks.</summary>
    public TenantRefs Refs { get; } = new();

    public DeliveryTable Deliveries { get; } = new();

    public EventTable Events { get; } = new();

    /// <summary>How many deliveries have not ended.</summary>
    public StoredBacklog OpenDeliveries { get; }

    /// <summary>How the attempts of this minute ended.</summary>
    public CurrentMinute Minute { get; }

    /// <inheritdoc/>
    public bool Careful { get; set; }

    /// <summary>The counters with what this transaction added.</summary>
    public ref Counters Counters => ref _counters;

    /// <summary>The store's id, which changes when the store becomes a copy of another one.</summary>
    public string StoreId
    {
        set => _identity = _identity with { StoreId = value };
    }

    public long Head => _committed.Revision;

    /// <summary>The time that leases and due times are reckoned from.</summary>
    public DateTimeOffset Now => _clock.GetStoreNow();

    public long Rows => _size / DocumentSize;

    /// <summary>The documents with everything that this transaction wrote.</summary>
    public DocumentStore Documents
    {
        get
        {
            Events.Flush(Stored);
            Deliveries.Flush(Stored);
            return Stored;
        }
    }

    /// <summary>The documents without events and deliveries that are still to be stored. For everything else, and for what is found by the
    /// tables.</summary>
    public DocumentStore Stored => _files.Documents;

    /// <summary>Takes note of what was written, with content of a certain size.</summary>
    public void NoteSize(int content = 0, int documents = 1) => _size += ((long)documents * DocumentSize) + content;

    /// <summary>Takes note that something was erased, which shall not stay in the log for longer than it is needed there.</summary>
    public void NoteErasure() => _files.Log.Forgets = true;

    /// <summary>Gives a delivery a new state and a new revision. Returns it with that. What has ended is not ended again; what begins, anew
    /// or for the first time, is said to with <paramref name="opened"/> 1.</summary>
    public DeliveryRecord Save(
        StoredDelivery stored, DeliveryRecord delivery, string owner = "", DateTimeOffset? leaseUntil = null, bool blocked = false, int opened = 0)
    {
        delivery = delivery with { Revision = ++_counters.Revision };
        (stored.Delivery, stored.Owner, stored.LeaseUntil, stored.Blocked, stored.HasLeaseKey) = (delivery, owner, leaseUntil, blocked, false);
        Deliveries.Change(stored);
        NoteChange(stored);
        OpenDeliveries.Note(stored, delivery.Ended ? -1 : opened);
        NoteSize();
        return delivery;
    }

    public void BetweenBatches()
    {
        try
        {
            _checkpointer.AfterCommit();
        }
        catch (Exception exception)
        {
            // The log keeps everything. If it was damage, nothing more is done.
            _damage.Translate(exception);
        }
    }

    public Exception Translate(Exception exception) => _damage.Translate(exception);

    public bool IsConstraint(Exception exception) => false;

    public void Begin()
    {
        _size = 0;
        _gate.Enter();
        if (!_files.IsOpen)
        {
            _files.Reopen();
        }

        // Read before anything is written.
        _ = Stored.Recent;
        _ = Stored.RecentCounts;
        Stored.Engine.BeginTrans();
    }

    public void Flush()
    {
        _beforeCommit(this);
        foreach (var seq in Stored.Recent.TakeOldLeases(_counters.Revision))
        {
            var stored = Deliveries.Find(Stored, seq)!;
            stored.HasLeaseKey = true;
            Deliveries.Change(stored);
        }

        OpenDeliveries.Flush(Documents);
        StatsDocuments.Flush(Stored, Minute.TakeChanged());
        Stored.RecentCounts.Flush(Stored);
        if (_changed.Count > 0)
        {
            Changes.Add(Stored, _counters.Revision - _changed.Count + 1, _changed, _latestChange);
            _changed.Clear();
        }
    }

    public void Commit()
    {
        Flush();
        if (_counters != _committed)
        {
            Stored.Update(Collections.Meta, [_counters.ToDocument(_identity)]);
        }

        Stored.Engine.Commit();
        // Nothing is acknowledged that would be gone with the process.
        _open.ThrowIfReplaced();
        StoreFileEvents.Log.Committing();
        _files.Log.Sync();
        StoreFileEvents.Log.Committed();
        _committed = _counters;
        OpenDeliveries.Commit();
        _gate.Exit();
    }

    public void Rollback()
    {
        if (!_gate.IsHeld)
        {
            // Nothing was begun.
            return;
        }

        _counters = _committed;
        Refs.Clear();
        Deliveries.Clear();
        Events.Clear();
        _changed.Clear();
        Minute.Clear();
        OpenDeliveries.Rollback();
        TryReopen();
        _gate.Exit();
    }

    private void NoteChange(StoredDelivery stored)
    {
        _counters.NoteChange(stored.Delivery.UpdateTime);
        _latestChange = _changed.Count == 0 || stored.Delivery.UpdateTime > _latestChange ? stored.Delivery.UpdateTime : _latestChange;
        _changed.Add(stored.Seq);
        if (stored.Delivery.State == DeliveryState.InFlight)
        {
            Stored.Recent.NoteLease(stored.Seq, stored.Delivery.Revision);
        }
        else
        {
            Stored.Recent.NoteNoLease(stored.Seq);
        }
    }

    private void TryReopen()
    {
        try
        {
            _files.Reopen();
        }
        catch (Exception exception)
        {
            // What made the transaction fail can make this fail. The next one begins with it.
            _damage.Translate(exception);
        }
    }
}
