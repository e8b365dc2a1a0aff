using ControlPlane.Server.Catalog;

namespace ControlPlane.Server.Publishing;

/// <summary>What a tenant's plan says about tests: the same as about events that it publishes.</summary>
internal sealed class TestRules(WebhookCatalog catalog, PublishRates rates, SchemaRules schemas)
{
    /// <summary>What speaks against a test, or null. Then it is counted.</summary>
    /// <param name="tenantId">Whose webhook.</param>
    /// <param name="type">The event type; empty for the one that tests have, which every tenant may use.</param>
    /// <param name="payload">The payload; null for the one that tests have.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<PublishResult?> RefuseAsync(string tenantId, string type, byte[]? payload, CancellationToken cancellationToken)
    {
        var draft = new EventDraft("", type, "", payload ?? [], "application/json", "", "", null);
        if (await catalog.GetAsync(tenantId, cancellationToken) is not { } tenant)
        {
            return null;
        }

        var refused = await CheckAsync(tenant, fresh: false);
        if (refused is not null && await catalog.RefreshAsync(tenantId, cancellationToken) is { } newest)
        {
            refused = await CheckAsync(newest, fresh: true);
        }

        return refused
            ?? (rates.Take(tenantId, tenant.Policy.PublishRatePerSecond, 1) is { } wait ? new PublishResult.TooFast(wait) : null);

        async Task<PublishResult?> CheckAsync(TenantCatalog picture, bool fresh) =>
            PublishRules.Check(picture, await catalog.GetPlatformAsync(picture, fresh, cancellationToken), [draft], type.Length > 0)
            // The payload that tests have is made for no schema.
            ?? (payload is null ? null : await schemas.CheckAsync(picture, fresh, [draft], cancellationToken));
    }
}
