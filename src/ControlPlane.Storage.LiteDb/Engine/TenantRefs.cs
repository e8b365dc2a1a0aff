namespace ControlPlane.Storage.LiteDb;

/// <summary>What appends and completions need to know of tenants and webhooks, kept in mind while no tenant's configuration changes.</summary>
internal sealed class TenantRefs
{
    private const int Remembered = 50_000;
    private readonly Dictionary<string, TenantRef> _tenants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WebhookRef> _webhooks = new(StringComparer.Ordinal);
    private readonly Dictionary<long, WebhookRef> _webhooksBySeq = [];

    /// <summary>Finds a tenant, unless it is deleted.</summary>
    public TenantRef? FindTenant(DocumentStore documents, string id)
    {
        if (_tenants.TryGetValue(id, out var known))
        {
            return known;
        }

        if (TenantRef.Find(documents, id) is not { IsDeleted: false } found)
        {
            return null;
        }

        MakeRoom();
        _tenants.Add(id, found);
        return found;
    }

    /// <summary>Finds a webhook that can receive, by its id.</summary>
    public WebhookRef? FindReceiver(DocumentStore documents, string id)
    {
        if (_webhooks.TryGetValue(id, out var known))
        {
            return known;
        }

        if (documents.FindByKey(Collections.Webhooks, Key.Of(KeyKind.Id, id)) is not { } document || WebhookRef.Read(document) is not { IsDeleted: false } found)
        {
            return null;
        }

        MakeRoom();
        _webhooks.Add(id, found);
        return found;
    }

    /// <summary>Finds a webhook by its number, deleted or not.</summary>
    public WebhookRef? FindWebhook(DocumentStore documents, long seq)
    {
        if (_webhooksBySeq.TryGetValue(seq, out var known))
        {
            return known;
        }

        if (documents.Find(Collections.Webhooks, seq) is not { } document)
        {
            return null;
        }

        MakeRoom();
        var found = WebhookRef.Read(document);
        _webhooksBySeq.Add(seq, found);
        return found;
    }

    /// <summary>Forgets everything: a configuration changed, or a rollback took a change back.</summary>
    public void Clear()
    {
        _tenants.Clear();
        _webhooks.Clear();
        _webhooksBySeq.Clear();
    }

    private void MakeRoom()
    {
        if (_tenants.Count + _webhooks.Count + _webhooksBySeq.Count >= Remembered)
        {
            Clear();
        }
    }
}
