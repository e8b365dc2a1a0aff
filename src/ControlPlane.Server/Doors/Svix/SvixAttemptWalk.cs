using System.Globalization;
using System.Text.Json.Nodes;
using ControlPlane.V1;

namespace ControlPlane.Server.Doors.Svix;

/// <summary>
/// Lists the attempts of deliveries: deliveries newest first, and of each its attempts newest first. A place is a page token of
/// deliveries, behind a dot the last number to show of the delivery before it and that one's id.
/// </summary>
internal sealed class SvixAttemptWalk(
    SvixServices services, SvixPlaces places, SvixCall call, ListDeliveriesRequest request, string? channel)
{
    /// <summary>How many deliveries one page looks at: those that wait have no attempts.</summary>
    private const int MostLookedAt = 250;

    /// <summary>Reads attempts, as <see cref="SvixReader"/> does.</summary>
    /// <param name="place">Where to begin.</param>
    /// <param name="count">How many attempts.</param>
    /// <param name="accepts">Whether one is wanted.</param>
    /// <param name="show">Shows one.</param>
    public async Task<SvixPart> ReadAsync(string place, int count, Func<Attempt, bool> accepts, Func<Delivery, Attempt, Task<JsonObject>> show)
    {
        var entries = new List<SvixEntry>();
        var parts = place.Split('.');
        request.PageToken = parts[0];
        var (delivery, highest) = parts.Length == 3 ? (await GetAsync(parts[2]), Number(parts[1])) : (null, int.MaxValue);
        // One at a time, so that the token behind each is known.
        request.PageSize = 1;
        for (var looked = 0; ; looked++)
        {
            foreach (var attempt in (delivery?.Attempts ?? []).Reverse().Where(attempt => attempt.Number <= highest))
            {
                if (entries.Count == count)
                {
                    return new(entries, string.Create(CultureInfo.InvariantCulture, $"{request.PageToken}.{attempt.Number}.{delivery!.Id}"));
                }

                var one = delivery!;
                entries.Add(new(SvixAttempt.Id(one, attempt), accepts(attempt) ? () => show(one, attempt) : null));
            }

            var isFirst = place.Length == 0 && looked == 0;
            if (request.PageToken.Length == 0 && !isFirst)
            {
                return new(entries, "");
            }

            if (entries.Count == count || looked == MostLookedAt)
            {
                return new(entries, request.PageToken);
            }

            var page = await call.AskAsync(services.Deliveries.ListDeliveries, request);
            request.PageToken = page.NextPageToken;
            (delivery, highest) = (page.Deliveries.Count > 0 ? await GetAsync(page.Deliveries[0].Id) : null, int.MaxValue);
        }
    }

    /// <summary>A delivery with its attempts; null if it is not there any more, or not one of those that are listed.</summary>
    private async Task<Delivery?> GetAsync(string deliveryId)
    {
        var delivery = (await call.FindAsync(services.Deliveries.GetDelivery, new GetDeliveryRequest { DeliveryId = deliveryId }))?.Delivery;
        if (delivery is null
            || delivery.TenantId != request.TenantId
            || (request.WebhookId.Length > 0 && delivery.WebhookId != request.WebhookId)
            || (request.EventId.Length > 0 && delivery.EventId != request.EventId))
        {
            return null;
        }

        return channel is null || (await places.TryMessageAsync(call, delivery.TenantId, delivery.EventId) is { } message && SvixMessage.IsIn(message, channel))
            ? delivery
            : null;
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;
}
