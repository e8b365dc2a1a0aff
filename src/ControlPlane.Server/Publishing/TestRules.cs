using ControlPlane.Server.Catalog;

namespace ControlPlane.Server.Publishing;

/// <summary>What a tenant's plan says about tests: the same as about events that it publishes.</summary>
internal sealed class TestRules(WebhookCatalog catalog, PublishRates rates)
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

        var refused = PublishRules.Check(tenant, [draft], type.Length > 0);
        if (refused is not null && await catalog.RefreshAsync(tenantId, cancellationToken) is { } newest)
        {
            refused = PublishRules.Check(newest, [draft], type.Length > 0);
        }

        return refused
            ?? (rates.Take(tenantId, tenant.Policy.PublishRatePerSecond, 1) is { } wait ? new PublishResult.TooFast(wait) : null);
    }
}
