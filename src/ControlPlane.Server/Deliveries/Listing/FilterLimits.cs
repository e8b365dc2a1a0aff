using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Storage;

namespace ControlPlane.Server.Deliveries.Listing;

/// <summary>What of a filter a caller may ask for.</summary>
internal static class FilterLimits
{
    /// <summary>
    /// Returns the filter with the tenant that a request means, and with the caller's webhook if its key is for one only. If it is for
    /// several and the filter names none, the filter means more than the caller sees.
    /// </summary>
    /// <exception cref="RequestException">NOT_FOUND for another tenant, and for a webhook that the caller's key is not for.</exception>
    public static T LimitedTo<T>(this T filter, Caller caller, string requestedTenant)
        where T : DeliveryFilter
    {
        var limited = filter with { TenantId = caller.ResolveListTenant(requestedTenant) };
        return caller.WebhookIds switch
        {
            null => (T)limited,
            { } only when filter.WebhookId is { } webhook => only.Contains(webhook, StringComparer.Ordinal)
                ? (T)limited
                : throw RequestErrors.NotFound("webhook", webhook),
            [var one] => (T)(limited with { WebhookId = one }),
            _ => (T)limited,
        };
    }
}
