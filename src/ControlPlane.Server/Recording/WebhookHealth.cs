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

    private HealthWarnings Warnings => new(_suspendAfter);

    public WebhookHealth(IWebhookStore store, WebhookCatalog catalog, IOptions<RecordingOptions> options)
    {
        (_store, _catalog, _suspendAfter) = (store, catalog, options.Value.SuspendAfter);
        catalog.Changed += Forget;
    }

    /// <summary>Of how many webhooks the health is in memory.</summary>
    public int Count => _health.Count;

    /// <summary>Whether an attempt is the one to suspend its webhook for, to warn of that, or to tell that it is over.</summary>
    /// <param name="webhook">The webhook as the attempt was made with it.</param>
    /// <param name="outcome">How it went.</param>
    /// <param name="now">When it ended.</param>
    public HealthVerdict Judge(WebhookRecord webhook, AttemptOutcome outcome, DateTimeOffset now)
    {
        var held = Find(webhook);
        var certificate = HealthWarnings.StageOf(outcome.EndingCertificate?.ExpireTime, now) is var ends && ends > held.CertificateStage(outcome.EndingCertificate?.ExpireTime)
            ? ends
            : 0;
        if (outcome.Succeeded)
        {
            return new(StateReason.None, held.FailingSince)
            {
                Recovered = held.FailingSince is { } failed && Warnings.StageOf(Later(failed, webhook.UpdateTime), now) > 0,
                CertificateStage = certificate,
            };
        }

        if (outcome.ReceiverGone || outcome.AddressRefused)
        {
            return new(outcome.ReceiverGone ? StateReason.Gone : StateReason.AddressBlocked, null);
        }

        // Counted from the webhook's last change at the earliest: a resumed or mended one gets the whole time again.
        if (held.FailingSince is not { } start)
        {
            return new(StateReason.None, null) { CertificateStage = certificate };
        }

        var counted = Later(start, webhook.UpdateTime);
        var stage = Warnings.StageOf(counted, now);
        return now - counted >= _suspendAfter
            ? new(StateReason.Failing, start)
            : new(StateReason.None, start)
            {
                FailingStage = stage > held.WarnedStage ? stage : 0,
                SuspendTime = counted + _suspendAfter,
                CertificateStage = certificate,
            };
    }

    /// <summary>Takes in how an attempt on a webhook went that stays as it is.</summary>
    /// <param name="webhook">The webhook as the attempt was made with it.</param>
    /// <param name="outcome">How it went.</param>
    /// <param name="verdict">What was told of it.</param>
    /// <param name="now">When it ended.</param>
    public async Task NoteAsync(WebhookRecord webhook, AttemptOutcome outcome, HealthVerdict verdict, DateTimeOffset now)
    {
        var held = Find(webhook);
        if (verdict.IsWarning)
        {
            // Lost with the process: what is told again then is not stored again.
            var warned = held.After(verdict, outcome.EndingCertificate?.ExpireTime);
            held = _health.TryUpdate(webhook.Id, warned, held) ? warned : Find(webhook);
        }

        if (outcome.Succeeded != held.FailingSince is null)
        {
            await TurnAsync(webhook.Id, held, held with { FailingSince = outcome.Succeeded ? null : now, WarnedStage = 0 });
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

    private sealed record Health(long Version, DateTimeOffset? FailingSince)
    {
        /// <summary>The last warning that it fails.</summary>
        public int WarnedStage { get; init; }

        private (DateTimeOffset ExpireTime, int Stage) Certificate { get; init; }

        /// <summary>The last warning of the certificate that ends at a time.</summary>
        public int CertificateStage(DateTimeOffset? expireTime) => Certificate.ExpireTime == expireTime ? Certificate.Stage : 0;

        public Health After(HealthVerdict verdict, DateTimeOffset? expireTime) => this with
        {
            WarnedStage = Math.Max(WarnedStage, verdict.FailingStage),
            Certificate = verdict.CertificateStage > 0 ? (expireTime!.Value, verdict.CertificateStage) : Certificate,
        };
    }
}

/// <summary>Why a webhook is to be suspended, None if it is not, and since when it fails where that is why.</summary>
internal readonly record struct HealthVerdict(StateReason Reason, DateTimeOffset? FailingSince)
{
    /// <summary>Which warning that it fails is to be given now; 0 for none.</summary>
    public int FailingStage { get; init; }

    /// <summary>From when on a failure suspends it; set with <see cref="FailingStage"/>.</summary>
    public DateTimeOffset SuspendTime { get; init; }

    /// <summary>It failed for so long that there was a warning, and does not any more.</summary>
    public bool Recovered { get; init; }

    /// <summary>Which warning of the receiver's certificate is to be given now; 0 for none.</summary>
    public int CertificateStage { get; init; }

    /// <summary>Whether anything is to be told but a suspension.</summary>
    public bool IsWarning => FailingStage > 0 || Recovered || CertificateStage > 0;
}
