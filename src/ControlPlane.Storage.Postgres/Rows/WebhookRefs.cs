using System.Collections.Concurrent;

namespace ControlPlane.Storage.Postgres;

/// <summary>The numbers of a webhook and its tenant, which never change.</summary>
internal readonly record struct WebhookRef(long Seq, long TenantSeq);

/// <summary>Numbers of webhooks by id, remembered.</summary>
internal sealed class WebhookRefs(Database database)
{
    private const int Most = 200_000;
    private readonly ConcurrentDictionary<string, WebhookRef> _known = new(StringComparer.Ordinal);

    public WebhookRef? Find(string id) => _known.TryGetValue(id, out var known) ? known : null;

    /// <summary>Looks up those that are not known yet.</summary>
    public async Task ResolveAsync(IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        var unknown = ids.Where(id => !_known.ContainsKey(id)).Distinct(StringComparer.Ordinal).ToArray();
        if (unknown.Length == 0)
        {
            return;
        }

        if (_known.Count > Most)
        {
            _known.Clear();
        }

        foreach (var (id, found) in await database.ListAsync(
            "SELECT id, seq, tenant_seq FROM webhooks WHERE id = ANY($1)",
            row => (row.GetString(0), new WebhookRef(row.GetInt64(1), row.GetInt64(2))), cancellationToken, (object)unknown).ConfigureAwait(false))
        {
            _known[id] = found;
        }
    }

    /// <summary>Returns the numbers of one webhook; null if there is none.</summary>
    public async Task<WebhookRef?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await ResolveAsync([id], cancellationToken).ConfigureAwait(false);
        return Find(id);
    }
}
