using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Catalog;
using ControlPlane.Storage;

namespace ControlPlane.Server.Administration;

/// <summary>Makes, changes and deletes tenants.</summary>
internal sealed class TenantAdmin(
    IAccessStore store,
    IDeliveryStore deliveries,
    WebhookCatalog catalog,
    ApiKeys keys,
    IdSource ids,
    TimeProvider clock,
    ILogger<TenantAdmin> logger)
{
    private const string ResourceType = "tenant";

    public async Task<TenantRecord> CreateAsync(Initiator by, TenantDraft draft, CancellationToken cancellationToken)
    {
        var now = clock.GetStoreNow();
        var tenant = new TenantRecord
        {
            Id = draft.Id.Length > 0 ? draft.Id : ids.Next("ten_"),
            Name = draft.Name ?? "",
            ExternalId = draft.ExternalId ?? "",
            Labels = draft.Labels ?? new Dictionary<string, string>(),
            Policy = draft.Policy?.Invoke(new()) ?? new(),
            CreateTime = now,
            UpdateTime = now,
        };
        switch (await store.CreateTenantAsync(
            tenant, by.Record(AuditAction.Created, ResourceType, tenant.Id, tenant.Id, AdminMapper.Compare(null, tenant)), cancellationToken))
        {
            case TenantWrite.Done:
                break;
            case TenantWrite.ExternalIdTaken:
                throw ExternalIdTaken(tenant);
            default:
                throw RequestErrors.AlreadyExists(
                    "TENANT_EXISTS", ResourceType, tenant.Id, $"The id \"{tenant.Id}\" belongs to a tenant that exists or was deleted.");
        }

        AdministrationLog.TenantCreated(logger, tenant.Id, by.Actor.Id);
        return tenant;
    }

    public async Task<TenantRecord> GetAsync(string tenantId, CancellationToken cancellationToken) =>
        await store.GetTenantAsync(tenantId, cancellationToken) ?? throw RequestErrors.NotFound(ResourceType, tenantId);

    /// <summary>Finds a tenant by its external id.</summary>
    public async Task<TenantRecord> FindAsync(Caller caller, string externalId, CancellationToken cancellationToken) =>
        await store.FindTenantAsync(externalId, cancellationToken) is { } found && caller.Sees(found.Id)
            ? found
            : throw RequestErrors.NotFound(ResourceType, externalId);

    /// <summary>Returns a page of tenants, the newest first.</summary>
    public Task<Page<TenantRecord>> ListAsync(long? before, int limit, CancellationToken cancellationToken) =>
        store.ListTenantsAsync(before, limit, cancellationToken);

    public async Task<TenantRecord> UpdateAsync(Initiator by, TenantDraft draft, CancellationToken cancellationToken)
    {
        while (true)
        {
            var held = await GetAsync(draft.Id, cancellationToken);
            if (!Etag.Allows(draft.Etag, held.Version))
            {
                throw RequestErrors.EtagMismatch(ResourceType, draft.Id);
            }

            if (draft is { Name: null, ExternalId: null, Labels: null, Policy: null })
            {
                return held;
            }

            var changed = held with
            {
                Name = draft.Name ?? held.Name,
                ExternalId = draft.ExternalId ?? held.ExternalId,
                Labels = draft.Labels ?? held.Labels,
                Policy = draft.Policy?.Invoke(held.Policy) ?? held.Policy,
                Version = held.Version + 1,
                UpdateTime = clock.GetStoreNow(),
            };
            var written = await store.UpdateTenantAsync(
                changed, by.Record(AuditAction.Updated, ResourceType, held.Id, held.Id, AdminMapper.Compare(held, changed)), cancellationToken);
            if (written == TenantWrite.ExternalIdTaken)
            {
                throw ExternalIdTaken(changed);
            }

            if (written == TenantWrite.Done)
            {
                if (draft.Policy is not null)
                {
                    // Before anybody is answered, and also for a caller that went away: calls that begin from here on are held to it.
                    await catalog.RefreshAsync(changed.Id, CancellationToken.None);
                }

                return changed;
            }

            // Somebody changed it in between: look again, and without an etag apply the change to what is there now.
        }
    }

    public async Task DeleteAsync(Initiator by, string tenantId, string etag, bool force, CancellationToken cancellationToken)
    {
        if (tenantId == TenantRecord.DefaultId)
        {
            throw RequestErrors.FailedPrecondition(
                "DEFAULT_TENANT", tenantId, "The tenant \"default\" stands for all requests without a tenant and cannot be deleted.");
        }

        // Once begun it is carried through: a caller that goes away must not leave a deletion half done, since none can repeat it.
        cancellationToken.ThrowIfCancellationRequested();
        var outcome = await store.DeleteTenantAsync(
            tenantId, Etag.ToVersion(etag), force, clock.GetStoreNow(), by.Record(AuditAction.Deleted, ResourceType, tenantId, tenantId),
            CancellationToken.None);
        if (outcome != TenantDelete.Done)
        {
            throw Refusal(outcome, tenantId);
        }

        catalog.Forget(tenantId);
        keys.Invalidate();

        var cancelled = await deliveries.CancelAllOrphansAsync();
        AdministrationLog.TenantDeleted(logger, tenantId, by.Actor.Id, cancelled);
    }

    private static RequestException ExternalIdTaken(TenantRecord tenant) => RequestErrors.AlreadyExists(
        "EXTERNAL_ID_TAKEN", ResourceType, tenant.ExternalId, $"Another tenant has the external id \"{ErrorText.Shorten(tenant.ExternalId)}\".");

    private static RequestException Refusal(TenantDelete outcome, string tenantId) => outcome switch
    {
        TenantDelete.NotFound => RequestErrors.NotFound(ResourceType, tenantId),
        TenantDelete.VersionMismatch => RequestErrors.EtagMismatch(ResourceType, tenantId),
        TenantDelete.NotEmpty => RequestErrors.FailedPrecondition(
            "TENANT_NOT_EMPTY", tenantId, "The tenant has webhooks. Delete them first, or set force to delete them with it."),
        _ => throw new InvalidOperationException($"A tenant's deletion ended as {outcome}."),
    };
}
