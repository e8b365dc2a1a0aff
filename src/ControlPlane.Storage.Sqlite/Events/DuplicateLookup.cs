using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// For each event of a request the event stored first under its id or idempotency key: one in the store, an earlier one of
/// the request, or itself.
/// </summary>
internal sealed class DuplicateLookup(WriteSession session, long tenant, int count)
{
    internal static readonly Sql ById = new("SELECT seq, fingerprint FROM events WHERE id = ? AND tenant_seq = ?");

    internal static readonly Sql ByKey = new(
        "SELECT seq, fingerprint FROM events WHERE tenant_seq = ? AND idempotency_key = ?");

    private readonly FirstEvent[] _found = new FirstEvent[count];
    private readonly Dictionary<string, FirstEvent>? _ids = count > 1 ? [] : null;
    private readonly Dictionary<string, FirstEvent>? _keys = count > 1 ? [] : null;

    public FirstEvent this[int index] => _found[index];

    /// <summary>Looks for the original of an event; false if its id or key belongs to a different event.</summary>
    public bool Look(NewEvent added, int index)
    {
        if (added.Fingerprint is null && !session.Careful)
        {
            // A generated id. Should it exist all the same, the key of its row is taken, and this is asked again carefully.
            _found[index] = new FirstEvent(null, index, null);
            return true;
        }

        var key = added.Event.IdempotencyKey;
        var byId = Find(_ids, added.Event.Id) ?? FindStored(session.Use(ById).Bind(added.Event.Id).Bind(tenant));
        var byKey = key.Length == 0
            ? null
            : Find(_keys, key) ?? FindStored(session.Use(ByKey).Bind(tenant).Bind(key));
        if (DuplicateRules.Resolve(byId, byKey, index, added.Fingerprint) is not { } original)
        {
            return false;
        }

        _found[index] = original;
        _ids?.TryAdd(added.Event.Id, original);
        if (key.Length > 0)
        {
            _keys?.TryAdd(key, original);
        }

        return true;
    }

    private static FirstEvent? Find(Dictionary<string, FirstEvent>? known, string text) =>
        known is not null && known.TryGetValue(text, out var original) ? original : null;

    private static FirstEvent? FindStored(Statement row)
    {
        using (row)
        {
            return row.Step() ? new FirstEvent(row.Long(0), -1, row.BlobOrNull(1)) : null;
        }
    }
}
