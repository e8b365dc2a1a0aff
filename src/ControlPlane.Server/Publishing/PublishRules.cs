using ControlPlane.Server.Catalog;

namespace ControlPlane.Server.Publishing;

/// <summary>What a tenant's policy says about events, apart from how fast they come.</summary>
internal static class PublishRules
{
    /// <summary>What speaks against the events, or null.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="platform">Whose event types it may use too, see <see cref="WebhookCatalog.GetPlatformAsync"/>.</param>
    /// <param name="drafts">The events.</param>
    /// <param name="checkTypes">Whether their types are the tenant's own choice.</param>
    public static PublishResult? Check(
        TenantCatalog tenant, TenantCatalog? platform, IReadOnlyList<EventDraft> drafts, bool checkTypes = true)
    {
        List<int>? unknown = null;
        for (var i = 0; i < drafts.Count; i++)
        {
            if (tenant.Policy.MaxPayloadBytes is > 0 and var most && drafts[i].Payload.Length > most)
            {
                return new PublishResult.PayloadOverLimit(i, most);
            }

            if (checkTypes && !tenant.Accepts(drafts[i].Type, platform))
            {
                (unknown ??= []).Add(i);
            }
        }

        return unknown is null ? null : new PublishResult.UnknownTypes(unknown);
    }
}
