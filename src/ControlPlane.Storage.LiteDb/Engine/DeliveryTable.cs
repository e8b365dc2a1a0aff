namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// Deliveries as the writer works with them. What a transaction changes is stored once: at its end, or when somebody looks for
/// deliveries by anything but id and position. Those under lease are kept in mind, so that recording their attempts need not look
/// for them.
/// </summary>
internal sealed class DeliveryTable
{
    private readonly Dictionary<long, StoredDelivery> _bySeq = [];
    private readonly Dictionary<string, StoredDelivery> _byId = new(StringComparer.Ordinal);
    private readonly List<StoredDelivery> _changed = [];

    public StoredDelivery? Find(DocumentStore documents, string id) =>
        _byId.TryGetValue(id, out var known) ? known
        : DeliveryIds.Find(documents, id) is { } document ? DeliveryFormat.Read(document)
        : null;

    public StoredDelivery? Find(DocumentStore documents, long seq) =>
        _bySeq.TryGetValue(seq, out var known) ? known
        : documents.Find(Collections.Deliveries, seq) is { } document ? DeliveryFormat.Read(document)
        : null;

    /// <summary>Returns a delivery that was read as it is by now.</summary>
    public StoredDelivery Current(StoredDelivery read) => _bySeq.GetValueOrDefault(read.Seq, read);

    /// <summary>Takes note that a delivery was added or changed.</summary>
    public void Change(StoredDelivery delivery)
    {
        if (!delivery.IsChanged)
        {
            delivery.IsChanged = true;
            _changed.Add(delivery);
            _bySeq[delivery.Seq] = delivery;
            _byId[delivery.Delivery.Id] = delivery;
        }
    }

    /// <summary>Stores what changed, and keeps in mind what of it is leased.</summary>
    public void Flush(DocumentStore documents)
    {
        if (_changed.Count == 0)
        {
            return;
        }

        documents.Insert(Collections.Deliveries, _changed.Where(delivery => !delivery.IsStored).Select(DeliveryFormat.Write));
        documents.Update(Collections.Deliveries, _changed.Where(delivery => delivery.IsStored).Select(DeliveryFormat.Write));
        foreach (var delivery in _changed)
        {
            (delivery.IsStored, delivery.IsChanged) = (true, false);
            if (delivery.Delivery.State != DeliveryState.InFlight)
            {
                _bySeq.Remove(delivery.Seq);
                _byId.Remove(delivery.Delivery.Id);
            }
        }

        _changed.Clear();
    }

    /// <summary>Forgets everything: a rollback took it back.</summary>
    public void Clear()
    {
        _changed.Clear();
        _bySeq.Clear();
        _byId.Clear();
    }
}
