using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Memory;

/// <summary>Changing webhooks, each time together with their tenant's configuration version.</summary>
internal static class WebhookWrites
{
    public static WebhookWrite Create(StoreState state, WebhookRecord webhook)
    {
        if (state.FindTenant(webhook.TenantId) is not { } tenant)
        {
            return new WebhookWrite(WebhookWriteOutcome.TenantNotFound, null, 0);
        }

        var others = state.WebhooksOf(webhook.TenantId).Select(stored => stored.Webhook).ToList();
        var created = webhook.RequestId.Length > 0 ? others.Find(other => other.RequestId == webhook.RequestId) : null;
        var outcome = WebhookTransitions.CheckCreate(
            created is not null, IsTaken(others, webhook), others.Count, tenant.Tenant.Policy);
        if (outcome != WebhookWriteOutcome.Done)
        {
            return new WebhookWrite(
                outcome, outcome == WebhookWriteOutcome.RequestIdUsed ? created : null, tenant.ConfigVersion);
        }

        tenant = tenant with { WebhookNumber = tenant.WebhookNumber + 1 };
        state.Tenants = state.Tenants.SetItem(tenant.Position, tenant);
        webhook = webhook with { Number = tenant.WebhookNumber };
        state.Webhooks = state.Webhooks.Add(++state.Position, new StoredWebhook(state.Position, webhook, null));
        return new WebhookWrite(WebhookWriteOutcome.Done, webhook, state.Bump(tenant));
    }

    public static WebhookWrite Update(StoreState state, WebhookRecord webhook, long? expectedConfig)
    {
        if (state.FindWebhook(webhook.Id) is not { } stored || state.FindTenant(stored.Webhook.TenantId) is not { } tenant)
        {
            return new WebhookWrite(WebhookWriteOutcome.NotFound, null, 0);
        }

        var others = state.WebhooksOf(stored.Webhook.TenantId).Select(other => other.Webhook).Where(other => other.Id != webhook.Id);
        var outcome = WebhookTransitions.CheckUpdate(
            stored.Webhook, webhook, IsTaken(others, webhook), tenant.ConfigVersion, expectedConfig);
        if (outcome != WebhookWriteOutcome.Done)
        {
            return new WebhookWrite(outcome, stored.Webhook, tenant.ConfigVersion);
        }

        var replaced = WebhookTransitions.Replace(stored.Webhook, webhook);
        state.Webhooks = state.Webhooks.SetItem(stored.Position, stored with { Webhook = replaced });
        return new WebhookWrite(WebhookWriteOutcome.Done, replaced, state.Bump(tenant));
    }

    public static WebhookWrite Delete(StoreState state, string id, long? version, DateTimeOffset now)
    {
        if (state.FindWebhook(id) is not { } stored || state.FindTenant(stored.Webhook.TenantId) is not { } tenant)
        {
            return new WebhookWrite(WebhookWriteOutcome.NotFound, null, 0);
        }

        if (WebhookTransitions.CheckDelete(stored.Webhook, version) is var outcome and not WebhookWriteOutcome.Done)
        {
            return new WebhookWrite(outcome, stored.Webhook, tenant.ConfigVersion);
        }

        state.Webhooks = state.Webhooks.SetItem(stored.Position, stored with { DeleteTime = now });
        return new WebhookWrite(WebhookWriteOutcome.Done, stored.Webhook, state.Bump(tenant));
    }

    private static bool IsTaken(IEnumerable<WebhookRecord> others, WebhookRecord webhook) =>
        webhook.ExternalId.Length > 0 && others.Any(other => other.ExternalId == webhook.ExternalId);
}
