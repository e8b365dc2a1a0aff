using ControlPlane.Server.Catalog;

namespace ControlPlane.Server.EventTypes;

/// <summary>Which exact types the webhooks of a tenant may subscribe to.</summary>
internal sealed class StrictEventTypes(WebhookCatalog catalog)
{
    /// <summary>Tells which patterns are refused; a tenant that is not held to the catalogues is refused none.</summary>
    public async Task<Predicate<string>> ReadAsync(string tenantId, CancellationToken cancellationToken)
    {
        if ((await catalog.GetAsync(tenantId, cancellationToken))?.Policy.StrictEventTypes != true)
        {
            return _ => false;
        }

        // Read again, so that a type added through another process is known.
        if (await catalog.RefreshAsync(tenantId, cancellationToken) is not { } tenant)
        {
            return _ => false;
        }

        var platform = await catalog.GetPlatformAsync(tenant, fresh: true, cancellationToken);
        return pattern => IsExact(pattern) && !tenant.Accepts(pattern, platform);
    }

    private static bool IsExact(string pattern) => pattern != "*" && !pattern.EndsWith(".*", StringComparison.Ordinal);
}
