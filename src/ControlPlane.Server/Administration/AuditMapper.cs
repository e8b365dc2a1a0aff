using ControlPlane.Server.Access;
using ControlPlane.Storage;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Server.Administration;

/// <summary>The audit log as the contract shows it. Stored actions have the contract's numbers.</summary>
internal static class AuditMapper
{
    /// <summary>An entry as a caller may see it: a tenant is told that the platform acted, and not from where.</summary>
    public static AuditEvent ToProto(AuditRecord entry, Caller caller)
    {
        var hidden = !caller.IsPlatform && entry.Actor.TenantId is null;
        return new()
        {
            Time = entry.Time.ToTimestamp(),
            TenantId = entry.TenantId ?? "",
            Actor = new()
            {
                Type = (AuditActorType)(entry.Actor.Kind + 1),
                Id = entry.Actor.Id,
                Name = hidden ? "" : entry.Actor.Name,
                TenantId = entry.Actor.TenantId ?? "",
            },
            Method = entry.Method,
            Door = entry.Door,
            PeerAddress = hidden ? "" : entry.PeerAddress,
            Action = (V1.AuditAction)entry.Action,
            ResourceType = entry.ResourceType,
            ResourceId = entry.ResourceId,
            Changes =
            {
                entry.Changes.Select(change => new V1.AuditChange { Field = change.Field, OldValue = change.Old ?? "", NewValue = change.New ?? "" }),
            },
        };
    }
}
