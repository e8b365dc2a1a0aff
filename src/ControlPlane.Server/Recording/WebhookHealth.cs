using System.Collections.Concurrent;
using ControlPlane.Server.Catalog;
using ControlPlane.Server.Sending;
using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Recording;

/// <summary>
/// Notes since when each webhook fails and judges which are to be suspended: those that are gone (410), have an address that is
/// refused, or failed for too long. Writes only when a webhook starts or stops failing, so a healthy or a steadily failing one
/// costs nothing.
/// </summary>
internal sealed class WebhookHealth : IDisposable
{
    private readonly ConcurrentDictionary<string, Health> _health = new(StringComparer.Ordinal);
    private readonly IWebhookStore _store;
    private readonly WebhookCatalog _catalog;
    private readonly TimeSpan _suspendAfter;

    public WebhookHealth(IWebhookStore store, WebhookCatalog catalog, IOptions<RecordingOptions> options)
    {
        (_store, _catalog, _suspendAfter) = (store, catalog, options.Value.SuspendAfter);
        catalog.Changed += Forget;
    }

    /// <summary>Of how many webhooks the health is in memory.</summary>
    public int Count => _health.Count;

    /// <summary>Whether an attempt is the one to suspend its webhook for.</summary>
    /// <param name="webhook">The webhook as the attempt was made with it.</param>
    /// <param name="outcome">How it went.</param>
    /// <param name="now">When it ended.</param>
    public HealthVerdict Judge(WebhookRecord webhook, AttemptOutcome outcome, DateTimeOffset now)
    {
        if (outcome.Succeeded)
        {
            return default;
        }

        if (outcome.ReceiverGone || outcome.AddressRefused)
        {
            return new(outcome.ReceiverGone ? StateReason.Gone : StateReason.AddressBlocked, null);
        }

        // Counted from the webhook's last change at the earliest: a resumed or mended one gets the whole time again.
        return Find(webhook).FailingSince is { } start && now - Later(start, webhook.UpdateTime) >= _suspendAfter
            ? new(StateReason.Failing, start)
            : default;
    }

    /// <summary>Takes in how an attempt on a webhook went that stays as it is.</summary>
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
    }

    public void Dispose() => _catalog.Changed -= Forget;

    /// <summary>What is known; what was known of an earlier version is superseded, since a resumed webhook no longer counts as failing.</summary>
    private Health Find(WebhookRecord webhook) => _health.TryGetValue(webhook.Id, out var known) && known.Version >= webhook.Version
        ? known
        : _health.AddOrUpdate(
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

    private void Forget(string tenantId, string webhookId) => _health.TryRemove(webhookId, out _);

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private sealed record Health(long Version, DateTimeOffset? FailingSince);
}

/// <summary>Why a webhook is to be suspended, None if it is not, and since when it fails where that is why.</summary>
internal readonly record struct HealthVerdict(StateReason Reason, DateTimeOffset? FailingSince);
