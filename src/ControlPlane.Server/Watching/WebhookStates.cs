using System.Runtime.CompilerServices;
using ControlPlane.Server.Catalog;
using ControlPlane.Storage;

namespace ControlPlane.Server.Watching;

/// <summary>
/// Tells one watch which webhooks are not active: all there are at first, then every change. Changes of a webhook that was not
/// sent yet count as one, so what is kept does not grow with them but with the number of webhooks at most.
/// </summary>
internal sealed class WebhookStates : IDisposable
{
    private const int PageSize = 50;
    private readonly Lock _lock = new();
    private readonly WebhookCatalog _catalog;
    private readonly IWebhookStore _store;
    private readonly string? _tenantId;
    private readonly IReadOnlyList<string>? _webhookIds;

    /// <summary>The webhooks that were last sent as not active, as they were then.</summary>
    private readonly Dictionary<string, (long Version, WebhookState State, StateReason Reason)> _sent = new(StringComparer.Ordinal);
    private HashSet<(string TenantId, string WebhookId)> _pending = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _begun;

    /// <param name="catalog">Raises changes.</param>
    /// <param name="store">Tells how things stand.</param>
    /// <param name="tenantId">Whose webhooks; null for everybody's.</param>
    /// <param name="webhookIds">The only ones, a few; null for any.</param>
    public WebhookStates(WebhookCatalog catalog, IWebhookStore store, string? tenantId, IReadOnlyList<string>? webhookIds)
    {
        (_catalog, _store, _tenantId, _webhookIds) = (catalog, store, tenantId, webhookIds);
        catalog.Changed += Note;
    }

    /// <summary>Completes when a webhook was changed that <see cref="ReadAsync"/> did not look at yet.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>The webhooks whose state differs from what was last sent.</summary>
    public async IAsyncEnumerable<WebhookRecord> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!_begun)
        {
            _begun = true;
            await foreach (var webhook in ListAsync(cancellationToken))
            {
                if (Turn(webhook))
                {
                    yield return webhook;
                }
            }
        }

        foreach (var (tenantId, webhookId) in TakePending())
        {
            if (await _catalog.FindAsync(tenantId, webhookId, cancellationToken) is not { } webhook)
            {
                _sent.Remove(webhookId);
            }
            else if (Turn(webhook))
            {
                yield return webhook;
            }
        }
    }

    public void Dispose() => _catalog.Changed -= Note;

    private async IAsyncEnumerable<WebhookRecord> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_webhookIds is not null)
        {
            foreach (var webhookId in _webhookIds)
            {
                if (await _store.GetAsync(webhookId, cancellationToken) is { } one && Covers(one.TenantId, one.Id))
                {
                    yield return one;
                }
            }

            yield break;
        }

        if (_tenantId is not null)
        {
            // Shared with everybody: to read them for each watch would make a copy for each.
            foreach (var webhook in (await _catalog.RefreshAsync(_tenantId, cancellationToken))?.Webhooks ?? [])
            {
                yield return webhook;
            }

            yield break;
        }

        long? before = null;
        do
        {
            var page = await _store.ListAsync(null, before, PageSize, cancellationToken);
            foreach (var webhook in page.Items)
            {
                yield return webhook;
            }

            before = page.Next;
        }
        while (before is not null);
    }

    /// <summary>Whether a webhook's state is news. What was read from the store can be newer than the catalogue's.</summary>
    private bool Turn(WebhookRecord webhook)
    {
        var known = _sent.TryGetValue(webhook.Id, out var sent);
        if (known && sent.Version > webhook.Version)
        {
            return false;
        }

        if (webhook.State == WebhookState.Active)
        {
            return _sent.Remove(webhook.Id);
        }

        _sent[webhook.Id] = (webhook.Version, webhook.State, webhook.StateReason);
        return !known || (sent.State, sent.Reason) != (webhook.State, webhook.StateReason);
    }

    private void Note(string tenantId, string webhookId)
    {
        if (!Covers(tenantId, webhookId))
        {
            return;
        }

        lock (_lock)
        {
            _pending.Add((tenantId, webhookId));
            _changed.TrySetResult();
        }
    }

    private HashSet<(string TenantId, string WebhookId)> TakePending()
    {
        lock (_lock)
        {
            if (_pending.Count == 0)
            {
                return [];
            }

            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            (var taken, _pending) = (_pending, []);
            return taken;
        }
    }

    private bool Covers(string tenantId, string webhookId) =>
        (_tenantId is null || _tenantId == tenantId) && _webhookIds?.Contains(webhookId, StringComparer.Ordinal) != false;
}
