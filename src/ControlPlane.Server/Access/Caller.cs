using ControlPlane.Server.Api.Errors;
using ControlPlane.Storage;
using Grpc.Core;

namespace ControlPlane.Server.Access;

/// <summary>Who calls: the API key behind a request.</summary>
/// <param name="KeyId">The key's id.</param>
/// <param name="TenantId">The key's tenant; null for a platform key.</param>
/// <param name="Scopes">What the key may do.</param>
internal sealed record Caller(string KeyId, string? TenantId, IReadOnlySet<string> Scopes)
{
    /// <summary>The value of a list's <c>tenant_id</c> that means every tenant.</summary>
    public const string EveryTenant = "-";

    /// <summary>The key's name; empty for a token.</summary>
    public string Name { get; init; } = "";

    /// <summary>What the caller is known by.</summary>
    public AuditActorKind Kind { get; init; } = AuditActorKind.ApiKey;

    /// <summary>When the key expires; null if it does not.</summary>
    public DateTimeOffset? ExpireTime { get; init; }

    /// <summary>The only webhooks that the caller's key is for, newest first; null if it is for all.</summary>
    public IReadOnlyList<string>? WebhookIds { get; init; }

    public bool IsPlatform => TenantId is null;

    /// <summary>Whether this tenant exists for the caller.</summary>
    public bool Sees(string tenantId) => TenantId is null || string.Equals(TenantId, tenantId, StringComparison.Ordinal);

    /// <summary>Whether this webhook, and what is about it, exists for the caller.</summary>
    public bool Sees(string tenantId, string webhookId) => Sees(tenantId) && WebhookIds?.Contains(webhookId, StringComparer.Ordinal) != false;

    /// <inheritdoc cref="Sees(string, string)"/>
    public bool Sees(WebhookRecord webhook) => Sees(webhook.TenantId, webhook.Id);

    /// <summary>Whether a delivery exists for the caller.</summary>
    public bool Sees(DeliveryRecord delivery) => Sees(delivery.TenantId, delivery.WebhookId);

    /// <summary>The tenant that a create or publish is for.</summary>
    /// <exception cref="RequestException">NOT_FOUND if it is another tenant's key.</exception>
    public string ResolveTenant(string requested)
    {
        if (requested.Length == 0)
        {
            return TenantId ?? TenantRecord.DefaultId;
        }

        return Sees(requested) ? requested : throw RequestErrors.NotFound("tenant", requested);
    }

    /// <summary>The tenant that a list or watch is limited to; null means every tenant.</summary>
    /// <exception cref="RequestException">NOT_FOUND for another tenant's id; PERMISSION_DENIED for <c>-</c> with a tenant's key.</exception>
    public string? ResolveListTenant(string requested)
    {
        if (requested != EveryTenant)
        {
            return ResolveTenant(requested);
        }

        return IsPlatform
            ? null
            : throw RequestErrors.PermissionDenied("PLATFORM_KEY_REQUIRED", "Only a platform key can ask for every tenant (\"-\").");
    }

    /// <summary>The caller of a request that was let in.</summary>
    public static Caller Of(ServerCallContext context) => Admission.Of(context.GetHttpContext())!.Caller;
}
