using System.Collections.Frozen;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Catalog;

namespace ControlPlane.Server.Access;

/// <summary>What a tenant's plan may lack.</summary>
internal static class Features
{
    public const string Webhooks = "webhooks";
    public const string Publish = "publish";
    public const string Watch = "watch";
    public const string EventTypes = "event_types";
    public const string CustomDialect = "custom_dialect";

    public static readonly IReadOnlyList<string> InOrder = [Webhooks, Publish, Watch, EventTypes, CustomDialect];

    public static readonly FrozenSet<string> All = InOrder.ToFrozenSet(StringComparer.Ordinal);
}

/// <summary>Refuses what a tenant's plan does not have.</summary>
internal sealed class TenantPlans(WebhookCatalog catalog)
{
    /// <summary>Passes a tenant that does not exist: whoever goes on with it finds that out.</summary>
    /// <exception cref="RequestException">PERMISSION_DENIED.</exception>
    public async ValueTask RequireAsync(string tenantId, string feature, CancellationToken cancellationToken)
    {
        if (await LackAsync(tenantId, feature, cancellationToken))
        {
            throw RequestErrors.SubscriptionRequired(tenantId, feature);
        }
    }

    /// <summary>Whether a tenant's plan does not have a feature, for calls that may not need it.</summary>
    public async ValueTask<bool> LackAsync(string tenantId, string feature, CancellationToken cancellationToken) =>
        // Looked at twice before it is refused: another process may have given the feature back.
        Lacks(await catalog.GetAsync(tenantId, cancellationToken), feature)
        && Lacks(await catalog.RefreshAsync(tenantId, cancellationToken), feature);

    private static bool Lacks(TenantCatalog? tenant, string feature) => tenant?.Policy.DisabledFeatures.Contains(feature) == true;
}
