using ControlPlane.Storage;
using Grpc.Core;

namespace ControlPlane.Server.Access;

/// <summary>Who makes a change, by which call and from where: what the audit log says of it.</summary>
/// <param name="Actor">Who.</param>
/// <param name="Method">The method's name; empty for what the server does by itself.</param>
/// <param name="Door">Through which door; empty for what the server does by itself.</param>
/// <param name="PeerAddress">The other end of the connection; empty for what the server does by itself.</param>
internal sealed record Initiator(AuditActor Actor, string Method, string Door, string PeerAddress)
{
    /// <summary>The server, of its own accord.</summary>
    public static readonly Initiator Server = new(new(AuditActorKind.Server), "", "", "");

    /// <summary>The initiator of a call that was let in.</summary>
    public static Initiator Of(ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var caller = Caller.Of(context);
        var peer = http.Connection.RemoteIpAddress;
        return new(
            new(caller.Kind, caller.KeyId, caller.Name, caller.TenantId),
            context.Method[(context.Method.LastIndexOf('/') + 1)..],
            DoorName.Of(http, context.Method),
            (peer is { IsIPv4MappedToIPv6: true } ? peer.MapToIPv4() : peer)?.ToString() ?? "");
    }

    /// <summary>The entry of a change that is about to be stored.</summary>
    /// <param name="action">What becomes of the resource.</param>
    /// <param name="resourceType">What kind of resource it is, as errors call it.</param>
    /// <param name="resourceId">Its id.</param>
    /// <param name="tenantId">Whose it is; null for the platform's.</param>
    /// <param name="changes">The fields that change; none where the action says it all.</param>
    public AuditRecord Record(
        AuditAction action, string resourceType, string resourceId, string? tenantId, IReadOnlyList<AuditChange>? changes = null) => new()
        {
            TenantId = tenantId,
            Actor = Actor,
            Method = Method,
            Door = Door,
            PeerAddress = PeerAddress,
            Action = action,
            ResourceType = resourceType,
            ResourceId = resourceId,
            Changes = changes ?? [],
        };
}
