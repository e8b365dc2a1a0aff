namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// What is known in memory of the latest that is stored, since the documents are not indexed by it. It goes with the documents it was read
/// from: opening LiteDB anew begins anew. For one thread at a time, as they are.
/// </summary>
internal sealed class Recent
{
    /// <summary>A delivery that is still leased after so many changes of others gets a key. Then at most so many must be looked through
    /// when the store is opened.</summary>
    private const int Window = 4_096;

    private readonly Dictionary<long, long> _leased = [];
    private readonly Queue<(long Seq, long Revision)> _leases = new();

    private Recent(Newest events, Newest deliveries) => (Events, Deliveries) = (events, deliveries);

    public Newest Events { get; }

    public Newest Deliveries { get; }

    /// <summary>Positions of deliveries that are leased and have no key that says so.</summary>
    public IEnumerable<long> Leased => _leased.Keys;

    public static Recent Load(DocumentStore documents)
    {
        var counters = Counters.Load(documents);
        var recent = new Recent(
            Newest.Load(documents, Listing.Events, counters.EventsListedTo),
            Newest.Load(documents, Listing.Deliveries, counters.DeliveriesListedTo));
        foreach (var (revision, delivery, _) in Changes.After(documents, counters.Revision - Window))
        {
            if (documents.Find(Collections.Deliveries, delivery) is { } document
                && document.Long("rv") == revision
                && (DeliveryState)document.Int("s") == DeliveryState.InFlight
                && document.Int("kl") == 0)
            {
                recent.NoteLease(delivery, revision);
            }
        }

        return recent;
    }

    /// <summary>A delivery is leased with a revision, without a key.</summary>
    public void NoteLease(long delivery, long revision)
    {
        _leased[delivery] = revision;
        _leases.Enqueue((delivery, revision));
    }

    public void NoteNoLease(long delivery) => _leased.Remove(delivery);

    /// <summary>Takes out those that must get a key by a revision.</summary>
    public IEnumerable<long> TakeOldLeases(long revision)
    {
        while (_leases.TryPeek(out var oldest) && oldest.Revision <= revision - Window)
        {
            _leases.Dequeue();
            if (_leased.TryGetValue(oldest.Seq, out var latest) && latest == oldest.Revision)
            {
                _leased.Remove(oldest.Seq);
                yield return oldest.Seq;
            }
        }
    }
}
