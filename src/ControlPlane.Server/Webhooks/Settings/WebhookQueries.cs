using ControlPlane.Server.Access;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Api.Paging;
using ControlPlane.Server.Catalog;
using ControlPlane.Storage;

namespace ControlPlane.Server.Webhooks.Settings;

/// <summary>Reads webhooks for callers.</summary>
internal sealed class WebhookQueries(IWebhookStore store, WebhookCatalog catalog, TenantPlans plans)
{
    /// <summary>How many webhooks one filtered page looks at before it returns what it found.</summary>
    public const int MaximumScan = 5_000;

    private const int Chunk = 500;

    /// <exception cref="RequestException">NOT_FOUND.</exception>
    public async Task<WebhookRecord> GetAsync(Caller caller, string webhookId, CancellationToken cancellationToken) =>
        await store.GetAsync(webhookId, cancellationToken) is { } found && caller.Sees(found)
            ? found
            : throw RequestErrors.NotFound("webhook", webhookId);

    /// <summary>Returns a webhook of a tenant whose plan lets it be changed.</summary>
    /// <exception cref="RequestException">NOT_FOUND; PERMISSION_DENIED.</exception>
    public async Task<WebhookRecord> GetWritableAsync(Caller caller, string webhookId, CancellationToken cancellationToken)
    {
        var webhook = await GetAsync(caller, webhookId, cancellationToken);
        await plans.RequireAsync(webhook.TenantId, Features.Webhooks, cancellationToken);
        return webhook;
    }

    /// <summary>A page of a tenant's webhooks, or of all (null): those of them that the caller's key is for.</summary>
    /// <exception cref="RequestException">NOT_FOUND if there is no such tenant.</exception>
    public async Task<Page<WebhookRecord>> ListAsync(
        Caller caller, string? tenantId, WebhookFilter filter, PageRequest paging, CancellationToken cancellationToken)
    {
        if (caller.WebhookIds is { } only)
        {
            return await ReadAsync(caller, only, filter, paging, cancellationToken);
        }

        var page = filter.IsEmpty
            ? await store.ListAsync(tenantId, paging.Before, paging.Size, cancellationToken)
            : await ScanAsync(tenantId, filter, paging, cancellationToken);
        if (page is { Items: [], Next: null }
            && paging.Before is null
            && tenantId is not null
            && await catalog.GetAsync(tenantId, cancellationToken) is null)
        {
            throw RequestErrors.NotFound("tenant", tenantId);
        }

        return page;
    }

    /// <summary>They are few, and never become others: a position is how many of them come before it.</summary>
    private async Task<Page<WebhookRecord>> ReadAsync(
        Caller caller, IReadOnlyList<string> ids, WebhookFilter filter, PageRequest paging, CancellationToken cancellationToken)
    {
        var found = new List<WebhookRecord>();
        var at = (int)Math.Clamp(paging.Before ?? 0, 0, ids.Count);
        while (at < ids.Count && found.Count < paging.Size)
        {
            if (await store.GetAsync(ids[at++], cancellationToken) is { } webhook && caller.Sees(webhook) && filter.Matches(webhook))
            {
                found.Add(webhook);
            }
        }

        return new(found, at < ids.Count ? at : null);
    }

    private async Task<Page<WebhookRecord>> ScanAsync(
        string? tenantId, WebhookFilter filter, PageRequest paging, CancellationToken cancellationToken)
    {
        var found = new List<WebhookRecord>();
        var position = paging.Before;
        var chunk = Math.Max(Chunk, paging.Size);
        for (var scanned = 0; found.Count < paging.Size && scanned < MaximumScan;)
        {
            var page = await store.ListAsync(tenantId, position, Math.Min(chunk, MaximumScan - scanned), cancellationToken);
            var matches = page.Items.Where(filter.Matches).ToList();
            var room = paging.Size - found.Count;
            if (matches.Count > room)
            {
                // Only the end of what was read is a position to go on from, so it has to be read again in smaller pieces.
                chunk = Math.Max(room, page.Items.Count / 2);
                continue;
            }

            found.AddRange(matches);
            scanned += page.Items.Count;
            position = page.Next;
            if (position is null)
            {
                break;
            }
        }

        return new(found, position);
    }
}
