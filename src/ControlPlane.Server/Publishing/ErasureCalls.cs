using System.Text.Json;
using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Storage;
using ControlPlane.V1;
using Grpc.Core;
using AuditAction = ControlPlane.Storage.AuditAction;
using AuditChange = ControlPlane.Storage.AuditChange;

namespace ControlPlane.Server.Publishing;

/// <summary>The call that erases events.</summary>
internal sealed class ErasureCalls(EventErasure erasure, IEventStore events, IAccessStore tenants)
{
    private const int MaximumReason = 500;
    private const int MaximumLabelValue = 1024;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    /// <exception cref="RequestException">INVALID_ARGUMENT; NOT_FOUND; RESOURCE_EXHAUSTED.</exception>
    public async Task<EraseEventsResponse> EraseAsync(EraseEventsRequest request, ServerCallContext context)
    {
        Check(request);
        var tenantId = Caller.Of(context).ResolveTenant(request.TenantId);
        var walk = new ErasureWalk(tenantId, From: 0, End: null, Limit: 1)
        {
            EventId = request.EventId.Length > 0 ? request.EventId : null,
            Labels = request.Labels.Count > 0 ? request.Labels.ToDictionary() : null,
        };
        if (walk.EventId is { } id && (await events.FindAsync(id, tenantId, context.CancellationToken)).Count == 0)
        {
            throw RequestErrors.NotFound("event", id);
        }

        using var turn = erasure.TryBegin(tenantId) ?? throw RequestErrors.QuotaExceeded(
            "ERASURE_IN_PROGRESS", tenantId, $"The tenant \"{tenantId}\" erases events already, or too many tenants do.", RetryAfter);
        var count = request.ValidateOnly
            ? await erasure.CountAsync(walk, context.CancellationToken)
            : await erasure.EraseAsync(walk, Audit(request, tenantId, Initiator.Of(context)), context.CancellationToken);
        // A tenant that was deleted has events for a while, and no key to ask with.
        return count > 0 || await tenants.GetTenantAsync(tenantId, context.CancellationToken) is not null
            ? new EraseEventsResponse { Count = count }
            : throw RequestErrors.NotFound("tenant", tenantId);
    }

    private static void Check(EraseEventsRequest request)
    {
        var violations = new Violations();
        FieldRules.CheckId(violations, "tenant_id", request.TenantId);
        FieldRules.CheckId(violations, "event_id", request.EventId);
        FieldRules.CheckLabels(violations, "labels", request.Labels, MaximumLabelValue);
        FieldRules.CheckText(violations, "reason", request.Reason, MaximumReason, TextKind.Name);
        if ((request.EventId.Length > 0 ? 1 : 0) + (request.Labels.Count > 0 ? 1 : 0) + (request.All ? 1 : 0) != 1)
        {
            violations.Add("event_id", "TARGET_AMBIGUOUS", "exactly one of event_id, labels and all must be set");
        }

        violations.ThrowIfAny();
    }

    /// <summary>Says by which labels, and not of whom: the log outlives what is erased.</summary>
    private static AuditRecord Audit(EraseEventsRequest request, string tenantId, Initiator initiator)
    {
        var changes = new List<AuditChange>();
        if (request.Labels.Count > 0)
        {
            changes.AddRange(request.Labels.Keys.Order(StringComparer.Ordinal).Select(key => new AuditChange(FieldRules.Entry("labels", key), null, null)));
        }

        if (request.All)
        {
            changes.Add(new AuditChange("all", null, "true"));
        }

        if (request.Reason.Length > 0)
        {
            changes.Add(new AuditChange("reason", null, $"\"{JsonEncodedText.Encode(request.Reason)}\""));
        }

        return request.EventId.Length > 0
            ? initiator.Record(AuditAction.Erased, "event", request.EventId, tenantId, changes)
            : initiator.Record(AuditAction.Erased, "tenant", tenantId, tenantId, changes);
    }
}
