namespace ControlPlane.Storage.Sqlite;

/// <summary>
/// The numbers of tenants and their webhooks, which every append asks for, as long as nothing changes in any tenant's configuration.
/// </summary>
internal sealed class TenantRefs(Connection connection)
{
    private const int Remembered = 50_000;

    private static readonly Sql FindWebhook = new(
        "SELECT seq, head_of_line FROM webhooks WHERE id = ? AND tenant_seq = ? AND delete_time IS NULL");

    private readonly Dictionary<string, (long Seq, long ConfigVersion)> _tenants = new(StringComparer.Ordinal);
    private readonly Dictionary<(long Tenant, string Id), WebhookRef> _webhooks = [];

    /// <summary>A tenant's seq and configuration version, unless it is deleted.</summary>
    public (long Seq, long ConfigVersion)? FindTenant(string id)
    {
        if (_tenants.TryGetValue(id, out var known))
        {
            return known;
        }

        if (TenantKeys.FindConfig(connection, id) is not { } found)
        {
            return null;
        }

        MakeRoom();
        _tenants.Add(id, found);
        return found;
    }

    /// <summary>A webhook of a tenant, unless it is deleted.</summary>
    public WebhookRef? FindReceiver(long tenant, string id)
    {
        if (_webhooks.TryGetValue((tenant, id), out var known))
        {
            return known;
        }

        using var row = connection.Use(FindWebhook).Bind(id).Bind(tenant);
        if (!row.Step())
        {
            return null;
        }

        MakeRoom();
        var found = new WebhookRef(row.Long(0), (HeadOfLine)row.Int(1));
        _webhooks.Add((tenant, id), found);
        return found;
    }

    /// <summary>Forgets everything: a configuration changed, or a rollback took a change back.</summary>
    public void Clear()
    {
        _tenants.Clear();
        _webhooks.Clear();
    }

    private void MakeRoom()
    {
        if (_tenants.Count + _webhooks.Count >= Remembered)
        {
            Clear();
        }
    }
}

/// <summary>What an append needs to know of a webhook.</summary>
internal readonly record struct WebhookRef(long Seq, HeadOfLine HeadOfLine);
