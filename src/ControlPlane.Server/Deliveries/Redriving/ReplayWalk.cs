using ControlPlane.Server.Catalog;
using ControlPlane.Server.Filtering;
using ControlPlane.Server.Publishing;
using ControlPlane.Storage;

namespace ControlPlane.Server.Deliveries.Redriving;

/// <summary>Walks the events of replays, to count them or to create their deliveries.</summary>
internal sealed class ReplayWalk(IReplayStore store, WebhookCatalog catalog, Filters filters, BacklogLimit backlog, IdSource ids)
{
    /// <summary>Events that are counted at once.</summary>
    private const int CountAtOnce = 1_000;

    /// <summary>Counts the events that a replay takes now. Null if there is no such tenant or webhook.</summary>
    public async Task<RedriveScope?> CountAsync(DeliveryFilter filter, ReplayTerms terms, CancellationToken cancellationToken)
    {
        if (await store.BeginAsync(filter.TenantId!, cancellationToken) is not { } scope
            || await FindAsync(filter, cancellationToken) is not { } webhook)
        {
            return null;
        }

        var matcher = Match(webhook, terms);
        for (var position = 0L; position < scope.End;)
        {
            var stretch = await store.ReadAsync(Stretch(webhook, filter, terms, position, scope.End, CountAtOnce), cancellationToken);
            position = stretch.Next;
            foreach (var found in stretch.Events.Where(found => matcher.Takes(found.Event)))
            {
                scope = scope with { Count = scope.Count + 1 };
                if (scope.Count == RedriveScope.Most)
                {
                    return scope with { End = found.Position + 1 };
                }
            }
        }

        return scope;
    }

    /// <summary>Goes on with a replay. Null while there are too many deliveries that have not ended.</summary>
    /// <exception cref="InvalidOperationException">There is no such replay.</exception>
    public async Task<RedriveBatch?> StepAsync(string redriveId, int limit, CancellationToken cancellationToken)
    {
        var (replay, next, end) = await store.FindAsync(redriveId, cancellationToken) ?? throw Gone(redriveId);
        var (filter, terms) = (replay.Filter, replay.Replay!);
        if (await FindAsync(filter, cancellationToken) is not { } webhook)
        {
            return await store.StepAsync(new(redriveId, next, end, []), cancellationToken) ?? throw Gone(redriveId);
        }

        var stretch = await store.ReadAsync(Stretch(webhook, filter, terms, next, end, limit), cancellationToken);
        var matcher = Match(webhook, terms);
        ReplayedEvent[] wanted =
        [
            .. stretch.Events.Where(found => matcher.Takes(found.Event)).Select(found => new ReplayedEvent(found.Position, ids.Next("dlv_"))),
        ];
        if (wanted.Length == 0)
        {
            return await store.StepAsync(new(redriveId, next, stretch.Next, []), cancellationToken) ?? throw Gone(redriveId);
        }

        var taken = await MakeRoomAsync(webhook.TenantId, wanted.Length, cancellationToken);
        if (taken == 0)
        {
            return null;
        }

        try
        {
            // What finds no room comes first the next time.
            var then = taken == wanted.Length ? stretch.Next : wanted[taken].Position;
            return await store.StepAsync(new(redriveId, next, then, wanted[..taken]), cancellationToken) ?? throw Gone(redriveId);
        }
        finally
        {
            backlog.Settle(webhook.TenantId, taken);
        }
    }

    /// <summary>Counts deliveries that are to be added, or a part of them if there is no room for all. Returns how many.</summary>
    private async Task<int> MakeRoomAsync(string tenantId, int count, CancellationToken cancellationToken)
    {
        while (count > 0 && await backlog.AddAsync(tenantId, count, cancellationToken) is not null)
        {
            count /= 2;
        }

        return count;
    }

    private static EventWalk Stretch(WebhookRecord webhook, DeliveryFilter filter, ReplayTerms terms, long from, long end, int limit) =>
        new(filter, terms.OnlyMissing, ReplayMatcher.NeedsPayload(webhook, terms.Filter), from, end, limit);

    private ReplayMatcher Match(WebhookRecord webhook, ReplayTerms terms) =>
        new(webhook, terms.Filter is { } text ? EventFilter.Compile(text).Filter : null, filters);

    /// <summary>The webhook as it is now. One that is not known here can have been created by another node.</summary>
    private async Task<WebhookRecord?> FindAsync(DeliveryFilter filter, CancellationToken cancellationToken) =>
        await catalog.FindAsync(filter.TenantId!, filter.WebhookId!, cancellationToken)
        ?? (await catalog.RefreshAsync(filter.TenantId!, cancellationToken))?.Find(filter.WebhookId!);

    private static InvalidOperationException Gone(string redriveId) => new($"There is no replay {redriveId}.");
}
