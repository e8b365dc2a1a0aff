using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Paging;
using ControlPlane.Server.Api.Validation;
using ControlPlane.Storage;
using ControlPlane.V1;

namespace ControlPlane.Server.Administration;

/// <summary>Reads requests for the audit log, or refuses them with every wrong field.</summary>
internal static class AuditValidator
{
    private const int LongestId = 256;
    private const int LongestWord = 64;

    public static (AuditQuery Query, PageRequest Paging) ReadList(ListAuditEventsRequest request, Caller caller)
    {
        var violations = new Violations();
        FieldRules.CheckId(violations, "tenant_id", request.TenantId);
        var paging = PageRequest.Read(request, request.PageSize, request.PageToken, violations);
        FieldRules.CheckText(violations, "actor_id", request.ActorId, LongestId, TextKind.Name);
        FieldRules.CheckText(violations, "resource_type", request.ResourceType, LongestWord, TextKind.Name);
        FieldRules.CheckText(violations, "resource_id", request.ResourceId, LongestId, TextKind.Name);
        FieldRules.CheckText(violations, "method", request.Method, LongestWord, TextKind.Name);
        var after = ProtoTimes.CheckBound(violations, "created_after", request.CreatedAfter);
        var before = ProtoTimes.CheckBound(violations, "created_before", request.CreatedBefore);
        violations.ThrowIfAny();
        var query = new AuditQuery
        {
            TenantId = caller.ResolveListTenant(request.TenantId),
            ActorId = NullIfEmpty(request.ActorId),
            ResourceType = NullIfEmpty(request.ResourceType),
            ResourceId = NullIfEmpty(request.ResourceId),
            Method = NullIfEmpty(request.Method),
            After = after,
            Before = before,
        };
        return (query, paging);
    }

    private static string? NullIfEmpty(string text) => text.Length > 0 ? text : null;
}
