namespace ControlPlane.Storage.Memory;

/// <summary>Finds what there is to signal after a commit.</summary>
internal static class CommitSignals
{
    public static IEnumerable<StoreSignal> Of(StoreState before, StoreState after)
    {
        if (after.Changes.Count > 0)
        {
            yield return StoreSignal.DeliveriesChanged.Instance;
        }

        foreach (var webhook in after.Changes.Where(d => d.State == DeliveryState.Pending).Select(d => (d.TenantId, d.WebhookId)).Distinct())
        {
            yield return new StoreSignal.WorkWaiting(webhook.TenantId, webhook.WebhookId);
        }

        foreach (var tenant in after.Tenants.Values.Where(t => before.Tenants.GetValueOrDefault(t.Position) is { } old && HasChanged(old, t)))
        {
            yield return new StoreSignal.ConfigurationChanged(tenant.Tenant.Id, Keys: false);
        }

        foreach (var tenantId in after.Keys.Values
            .Where(k => before.Keys.GetValueOrDefault(k.Position)?.Key.RevokeTime != k.Key.RevokeTime)
            .Select(k => k.Key.TenantId).Distinct())
        {
            yield return new StoreSignal.ConfigurationChanged(tenantId, Keys: true);
        }
    }

    private static bool HasChanged(StoredTenant before, StoredTenant after) =>
        before.ConfigVersion != after.ConfigVersion || before.DeleteTime != after.DeleteTime;
}
