using ControlPlane.Storage;

namespace ControlPlane.Server.Webhooks.Secrets;

/// <summary>
/// Tries once, after the start, to decrypt what is stored: with another master key than before nothing could be signed, and
/// that should be known before the first delivery fails.
/// </summary>
internal sealed class SecretsCheckWorker(IWebhookStore store, SecretSealer sealer, TimeProvider clock, ILogger<SecretsCheckWorker> logger)
    : BackgroundService
{
    private const int PageSize = 500;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await CheckAsync(stoppingToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            SecretsLog.CheckFailed(logger, exception);
        }
    }

    /// <summary>Answers how many webhooks have a secret that cannot be decrypted, each of which is logged.</summary>
    public async Task<int> CheckAsync(CancellationToken cancellationToken)
    {
        var unreadable = 0;
        long? before = null;
        do
        {
            var page = await store.ListAsync(tenantId: null, before, PageSize, cancellationToken);
            foreach (var webhook in page.Items)
            {
                if (FirstUnreadable(webhook) is { } secret)
                {
                    unreadable++;
                    SecretsLog.Unreadable(logger, webhook.Id, webhook.TenantId, secret, SecretsOptions.MasterKeySetting);
                }
            }

            before = page.Next;
        }
        while (before is not null);
        return unreadable;
    }

    /// <summary>The id of a secret, or what else it is.</summary>
    private string? FirstUnreadable(WebhookRecord webhook)
    {
        var now = clock.GetStoreNow();
        var secret = webhook.Secrets.FirstOrDefault(
            s => !(s.ExpireTime <= now) && !sealer.TryOpen(webhook.Id, s.Id, s.Sealed, out _));
        return secret?.Id ?? (sealer.TryOpen(webhook, out _) ? null : "among the credentials");
    }
}
