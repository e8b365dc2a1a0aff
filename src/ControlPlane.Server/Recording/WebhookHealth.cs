using System.Collections.Concurrent;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.Sending;
using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Recording;

/// <summary>
/// Notes since when each webhook fails and suspends those that are gone (410) or failed for too long. Writes only when a webhook
/// starts or stops failing, so a healthy or a steadily failing one costs nothing.
/// </summary>
internal sealed class WebhookHealth(
    IWebhookStore store, WebhookCatalog catalog, TimeProvider clock, IOptions<RecordingOptions> options, ILogger<WebhookHealth> log)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset?> _failingSince = new(StringComparer.Ordinal);

    /// <summary>Takes in how an attempt on a webhook went.</summary>
    public async Task NoteAsync(WebhookRecord webhook, AttemptOutcome outcome, DateTimeOffset now)
    {
        var since = _failingSince.GetOrAdd(webhook.Id, static (_, w) => w.FailingSince, webhook);
        if (outcome.Succeeded)
        {
            if (since is not null && _failingSince.TryUpdate(webhook.Id, null, since))
            {
                await store.SetFailingSinceAsync(webhook.Id, null, CancellationToken.None);
            }

            return;
        }

        if (since is null && _failingSince.TryUpdate(webhook.Id, now, null))
        {
            await store.SetFailingSinceAsync(webhook.Id, now, CancellationToken.None);
        }

        if (outcome.ReceiverGone)
        {
            await SuspendAsync(webhook.Id, StateReason.Gone);
        }
        else if (since is { } start && now - Later(start, webhook.UpdateTime) >= options.Value.SuspendAfter)
        {
            // Counted from the webhook's last change at the earliest: a resumed or mended one gets the whole time again.
            await SuspendAsync(webhook.Id, StateReason.Failing);
        }
    }

    private async Task SuspendAsync(string webhookId, StateReason reason)
    {
        while (await store.GetAsync(webhookId, CancellationToken.None) is { State: WebhookState.Active } webhook)
        {
            var write = await store.UpdateAsync(
                webhook with
                {
                    State = WebhookState.Suspended,
                    StateReason = reason,
                    Version = webhook.Version + 1,
                    UpdateTime = clock.GetStoreNow(),
                },
                CancellationToken.None);
            if (write is { Outcome: WebhookWriteOutcome.Done, Webhook: { } stored })
            {
                catalog.Apply(stored, write.ConfigVersion);
                RecordingLog.Suspended(log, webhookId, webhook.TenantId, reason);
                return;
            }
        }
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
