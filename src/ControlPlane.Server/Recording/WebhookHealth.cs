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
internal sealed class WebhookHealth : IDisposable
{
    private readonly ConcurrentDictionary<string, Health> _health = new(StringComparer.Ordinal);
    private readonly IWebhookStore _store;
    private readonly WebhookCatalog _catalog;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _suspendAfter;
    private readonly ILogger<WebhookHealth> _log;

    public WebhookHealth(
        IWebhookStore store, WebhookCatalog catalog, TimeProvider clock, IOptions<RecordingOptions> options, ILogger<WebhookHealth> log)
    {
        (_store, _catalog, _clock, _suspendAfter, _log) = (store, catalog, clock, options.Value.SuspendAfter, log);
        catalog.Changed += Forget;
    }

    /// <summary>Of how many webhooks the health is in memory.</summary>
    public int Count => _health.Count;

    /// <summary>Takes in how an attempt on a webhook went.</summary>
    /// <param name="webhook">The webhook as the attempt was made with it.</param>
    /// <param name="outcome">How it went.</param>
    /// <param name="now">When it ended.</param>
    public async Task NoteAsync(WebhookRecord webhook, AttemptOutcome outcome, DateTimeOffset now)
    {
        var held = Find(webhook);
        if (outcome.Succeeded != held.FailingSince is null)
        {
            await TurnAsync(webhook.Id, held, held with { FailingSince = outcome.Succeeded ? null : now });
        }

        if (outcome.ReceiverGone)
        {
            await SuspendAsync(webhook, StateReason.Gone);
        }
        else if (!outcome.Succeeded && held.FailingSince is { } start && now - Later(start, webhook.UpdateTime) >= _suspendAfter)
        {
            // Counted from the webhook's last change at the earliest: a resumed or mended one gets the whole time again.
            await SuspendAsync(webhook, StateReason.Failing);
        }
    }

    public void Dispose() => _catalog.Changed -= Forget;

    /// <summary>What is known; what was known of an earlier version is superseded, since a resumed webhook no longer counts as failing.</summary>
    private Health Find(WebhookRecord webhook) => _health.AddOrUpdate(
        webhook.Id,
        static (_, w) => new(w.Version, w.FailingSince),
        static (_, held, w) => held.Version >= w.Version ? held : new(w.Version, w.FailingSince),
        webhook);

    private async Task TurnAsync(string webhookId, Health held, Health turned)
    {
        if (!_health.TryUpdate(webhookId, turned, held))
        {
            return;
        }

        try
        {
            await _store.SetFailingSinceAsync(webhookId, turned.FailingSince, CancellationToken.None);
        }
        catch
        {
            // So that the next attempt writes it.
            _health.TryUpdate(webhookId, held, turned);
            throw;
        }
    }

    /// <summary>Suspends the webhook unless it was changed since the attempt: then what failed is not what it is now.</summary>
    private async Task SuspendAsync(WebhookRecord tried, StateReason reason)
    {
        if (await _store.GetAsync(tried.Id, CancellationToken.None) is not { State: WebhookState.Active } webhook
            || webhook.Version != tried.Version)
        {
            return;
        }

        var write = await _store.UpdateAsync(
            webhook with
            {
                State = WebhookState.Suspended,
                StateReason = reason,
                Version = webhook.Version + 1,
                UpdateTime = _clock.GetStoreNow(),
            },
            CancellationToken.None);
        if (write is { Outcome: WebhookWriteOutcome.Done, Webhook: { } stored })
        {
            _catalog.Apply(stored, write.ConfigVersion);
            RecordingLog.Suspended(_log, tried.Id, tried.TenantId, reason);
        }
    }

    private void Forget(string tenantId, string webhookId) => _health.TryRemove(webhookId, out _);

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private sealed record Health(long Version, DateTimeOffset? FailingSince);
}
