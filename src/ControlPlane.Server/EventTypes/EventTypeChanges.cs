using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Catalog;
using ControlPlane.Storage;

namespace ControlPlane.Server.EventTypes;

/// <summary>
/// Changes tenants' event types in the store and, before anybody is answered, in the catalogue that publishes are held to.
/// </summary>
internal sealed class EventTypeChanges(
    IEventTypeStore store, WebhookCatalog catalog, TenantPlans plans, TimeProvider clock, ILogger<EventTypeChanges> logger)
{
    /// <summary>How many types of its own a tenant may have; they are held in memory.</summary>
    public const int Maximum = 1_000;

    private const string ResourceType = "event_type";

    /// <exception cref="RequestException">NOT_FOUND (tenant); ALREADY_EXISTS; RESOURCE_EXHAUSTED; PERMISSION_DENIED.</exception>
    public async Task<EventTypeRecord> CreateAsync(string tenantId, EventTypeDraft draft, Initiator by, CancellationToken cancellationToken)
    {
        await plans.RequireAsync(tenantId, Features.EventTypes, cancellationToken);
        var now = clock.GetStoreNow();
        var type = new EventTypeRecord
        {
            TenantId = tenantId,
            Name = draft.Name,
            Description = draft.Description ?? "",
            Deprecated = draft.Deprecated ?? false,
            Schema = draft.Schema ?? "",
            SchemaVersion = draft.Schema is { Length: > 0 } ? 1 : 0,
            Examples = draft.Examples ?? [],
            CreateTime = now,
            UpdateTime = now,
        };
        SchemaValidator.RequireFit(type);
        var write = await store.CreateAsync(
            type, Maximum, by.Record(AuditAction.Created, ResourceType, type.Name, tenantId, EventTypeMapper.Compare(null, type)), cancellationToken);
        Require(write.Outcome, type);
        await catalog.RefreshAsync(tenantId, CancellationToken.None);
        EventTypesLog.Created(logger, type.Name, tenantId);
        return type;
    }

    /// <exception cref="RequestException">NOT_FOUND; ABORTED; PERMISSION_DENIED.</exception>
    public async Task<EventTypeRecord> UpdateAsync(string tenantId, EventTypeDraft draft, Initiator by, CancellationToken cancellationToken)
    {
        await plans.RequireAsync(tenantId, Features.EventTypes, cancellationToken);
        while (true)
        {
            var stored = await store.GetAsync(tenantId, draft.Name, cancellationToken)
                ?? throw RequestErrors.NotFound(ResourceType, draft.Name);
            if (!Etag.Allows(draft.Etag, stored.Version))
            {
                throw RequestErrors.EtagMismatch(ResourceType, draft.Name);
            }

            var changed = stored with
            {
                Description = draft.Description ?? stored.Description,
                Deprecated = draft.Deprecated ?? stored.Deprecated,
                Schema = draft.Schema ?? stored.Schema,
                SchemaVersion = stored.SchemaVersion + (draft.Schema is { } schema && schema != stored.Schema ? 1 : 0),
                Examples = draft.Examples is { } examples && !examples.SequenceEqual(stored.Examples) ? examples : stored.Examples,
            };
            if (changed == stored)
            {
                return stored;
            }

            if (changed.Schema != stored.Schema || changed.Examples != stored.Examples)
            {
                SchemaValidator.RequireFit(changed);
            }

            changed = changed with { Version = stored.Version + 1, UpdateTime = clock.GetStoreNow() };
            var write = await store.UpdateAsync(
                changed, by.Record(AuditAction.Updated, ResourceType, draft.Name, tenantId, EventTypeMapper.Compare(stored, changed)), cancellationToken);
            if (write.Outcome == EventTypeWriteOutcome.VersionMismatch)
            {
                // Somebody changed it in between: look again, and without an etag apply the change to what is there now.
                continue;
            }

            Require(write.Outcome, changed);
            if (changed.SchemaVersion != stored.SchemaVersion)
            {
                await catalog.RefreshAsync(tenantId, CancellationToken.None);
            }

            EventTypesLog.Updated(logger, changed.Name, tenantId, changed.Version);
            return write.EventType!;
        }
    }

    /// <exception cref="RequestException">NOT_FOUND; ABORTED.</exception>
    public async Task DeleteAsync(string tenantId, string name, string etag, Initiator by, CancellationToken cancellationToken)
    {
        var write = await store.DeleteAsync(
            tenantId, name, Etag.ToVersion(etag), by.Record(AuditAction.Deleted, ResourceType, name, tenantId), cancellationToken);
        Require(write.Outcome, new EventTypeRecord { TenantId = tenantId, Name = name });
        await catalog.RefreshAsync(tenantId, CancellationToken.None);
        EventTypesLog.Deleted(logger, name, tenantId);
    }

    private static void Require(EventTypeWriteOutcome outcome, EventTypeRecord type)
    {
        switch (outcome)
        {
            case EventTypeWriteOutcome.Done:
                return;
            case EventTypeWriteOutcome.TenantNotFound:
                throw RequestErrors.NotFound("tenant", type.TenantId);
            case EventTypeWriteOutcome.Exists:
                throw RequestErrors.AlreadyExists(
                    "EVENT_TYPE_EXISTS", ResourceType, type.Name, $"The tenant has an event type \"{type.Name}\" already.");
            case EventTypeWriteOutcome.LimitReached:
                throw RequestErrors.QuotaExceeded(
                    "EVENT_TYPE_LIMIT_REACHED", type.TenantId, $"A tenant can have at most {Maximum} event types of its own.");
            case EventTypeWriteOutcome.VersionMismatch:
                throw RequestErrors.EtagMismatch(ResourceType, type.Name);
            default:
                throw RequestErrors.NotFound(ResourceType, type.Name);
        }
    }
}
