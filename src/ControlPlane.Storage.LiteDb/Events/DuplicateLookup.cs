using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.LiteDb;

/// <summary>
/// For each event of a request the event stored first under its id or idempotency key: one in the store, an earlier one of
/// the request, or itself.
/// </summary>
internal sealed class DuplicateLookup(WriteSession session, long tenant, int count)
{
    private readonly FirstEvent[] _found = new FirstEvent[count];
    private readonly Dictionary<string, FirstEvent>? _ids = count > 1 ? new(StringComparer.Ordinal) : null;
    private readonly Dictionary<string, FirstEvent>? _keys = count > 1 ? new(StringComparer.Ordinal) : null;
    private readonly Dictionary<long, StoredEvent> _stored = [];

    public FirstEvent this[int index] => _found[index];

    /// <summary>Returns a stored event that was found.</summary>
    public StoredEvent Get(long seq) => _stored[seq];

    /// <summary>Looks for the original of an event; false if its id or key belongs to a different event.</summary>
    public bool Look(NewEvent added, int index)
    {
        var (id, key) = (added.Event.Id, added.Event.IdempotencyKey);
        var byId = Find(_ids, id) ?? Note(added.Fingerprint is null
            ? session.Events.FindGenerated(session.Stored, tenant, id)
            : session.Events.FindById(session.Stored, tenant, id));
        var byKey = key.Length == 0 ? null : Find(_keys, key) ?? Note(session.Events.FindByKey(session.Stored, tenant, key));
        if (DuplicateRules.Resolve(byId, byKey, index, added.Fingerprint) is not { } original)
        {
            return false;
        }

        _found[index] = original;
        _ids?.TryAdd(id, original);
        if (key.Length > 0)
        {
            _keys?.TryAdd(key, original);
        }

        return true;
    }

    private static FirstEvent? Find(Dictionary<string, FirstEvent>? known, string text) =>
        known is not null && known.TryGetValue(text, out var original) ? original : null;

    private FirstEvent? Note(StoredEvent? stored)
    {
        if (stored is null)
        {
            return null;
        }

        _stored[stored.Seq] = stored;
        return new FirstEvent(stored.Seq, -1, stored.Fingerprint);
    }
}
