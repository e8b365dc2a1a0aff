namespace ControlPlane.Storage.LiteDb;

/// <summary>Events that a transaction adds: stored at its end, found by id and idempotency key before that.</summary>
internal sealed class EventTable
{
    private readonly List<(StoredEvent Stored, byte[]? Payload)> _added = [];
    private readonly Dictionary<(long Tenant, string Id), StoredEvent> _ids = [];
    private readonly Dictionary<(long Tenant, string Key), StoredEvent> _keys = [];

    /// <summary>The id that sorts after all generated ones that are stored, to know without looking that a later one is new.</summary>
    private string? _lastId;

    public StoredEvent? FindById(DocumentStore documents, long tenant, string id) =>
        _ids.TryGetValue((tenant, id), out var added) ? added
        : EventIds.Find(documents, tenant, id) is { } document ? EventFormat.Read(document)
        : null;

    /// <summary>Finds an event by its position.</summary>
    public StoredEvent? Find(DocumentStore documents, long seq) =>
        _added.Select(added => added.Stored).FirstOrDefault(stored => stored.Seq == seq)
        ?? (documents.Find(Collections.Events, seq) is { } document ? EventFormat.Read(document) : null);

    /// <summary>Finds an event whose id was generated. Generated ids grow, so nearly always there is nothing to look for.</summary>
    public StoredEvent? FindGenerated(DocumentStore documents, long tenant, string id) =>
        _lastId is { } last && string.CompareOrdinal(id, last) > 0
            ? _ids.GetValueOrDefault((tenant, id))
            : FindById(documents, tenant, id);

    public StoredEvent? FindByKey(DocumentStore documents, long tenant, string key) =>
        _keys.TryGetValue((tenant, key), out var added) ? added
        : documents.FindByKey(Collections.Events, EventFormat.NameKey(tenant, key)) is { } document ? EventFormat.Read(document)
        : null;

    public void Add(StoredEvent stored, byte[]? payload)
    {
        _added.Add((stored, payload));
        _ids[(stored.Tenant, stored.Event.Id)] = stored;
        if (stored.Event.IdempotencyKey.Length > 0)
        {
            _keys[(stored.Tenant, stored.Event.IdempotencyKey)] = stored;
        }
    }

    public void Flush(DocumentStore documents)
    {
        if (_added.Count == 0)
        {
            return;
        }

        documents.Insert(Collections.Events, _added.Select(added => EventFormat.Write(added.Stored, added.Payload?.Length ?? 0)));
        documents.Insert(
            Collections.Payloads,
            _added.Where(added => added.Payload is not null).Select(added => EventFormat.WritePayload(added.Stored.Seq, added.Payload!)));
        foreach (var (stored, _) in _added)
        {
            _lastId = _lastId is { } last && string.CompareOrdinal(stored.Event.Id, last) < 0 ? last : stored.Event.Id;
        }

        Clear();
    }

    /// <summary>Begins with the last id that is stored.</summary>
    public void Load(DocumentStore documents) => _lastId = EventIds.FindLast(documents);

    public void Clear()
    {
        _added.Clear();
        _ids.Clear();
        _keys.Clear();
    }
}
