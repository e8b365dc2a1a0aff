using ControlPlane.Server.Catalog;
using ControlPlane.Server.Telemetry;
using ControlPlane.Storage;

namespace ControlPlane.Server.Publishing;

/// <summary>How a publish ended.</summary>
internal abstract record PublishResult
{
    private PublishResult() { }

    public sealed record Published(IReadOnlyList<AppendedEvent> Events) : PublishResult;

    public sealed record TenantNotFound : PublishResult;

    /// <summary>The event at the index has the id or idempotency key of a different one.</summary>
    public sealed record Conflict(int Index) : PublishResult;

    /// <summary>The tenant is held to the catalogues of event types, and the events at the indexes are of none that they list.</summary>
    public sealed record UnknownTypes(IReadOnlyList<int> Indexes) : PublishResult;

    /// <summary>Payloads do not fit the schemas of their types, and the tenant wants them to.</summary>
    public sealed record SchemaMismatch(IReadOnlyList<PayloadMisfit> Misfits) : PublishResult;

    /// <summary>Judging the payloads by the schemas of their types would hold everybody up.</summary>
    public sealed record SchemasTooCostly : PublishResult;

    /// <summary>The payload of the event at the index is larger than the tenant's plan allows.</summary>
    public sealed record PayloadOverLimit(int Index, int MaxBytes) : PublishResult;

    /// <summary>The tenant publishes faster than its plan allows.</summary>
    public sealed record TooFast(TimeSpan RetryAfter) : PublishResult;

    /// <summary>The events match so many webhooks that the call would add more deliveries than one may.</summary>
    public sealed record FanOutTooLarge(long Deliveries, int Most) : PublishResult;

    /// <summary>The events meet so many filters, or such as take so many steps, that judging them would hold everybody up.</summary>
    public sealed record FiltersTooCostly : PublishResult;

    /// <summary>Too many deliveries have not ended, or would not have.</summary>
    public sealed record BacklogFull(long Most, bool OfAll) : PublishResult;
}

/// <summary>
/// Decides whether a tenant may publish events, matches them to its webhooks and has them stored. Returns after the commit is on disk.
/// </summary>
internal sealed class Publisher(
    WebhookCatalog catalog, PublishRates rates, SchemaRules schemas, FanOutLimit limits, EventFilters filters, EventAppender appender,
    ServerMetrics metrics)
{
    public async Task<PublishResult> PublishAsync(
        string tenantId, IReadOnlyList<EventDraft> drafts, CancellationToken cancellationToken)
    {
        using var spans = PublishSpans.Begin(tenantId, drafts);
        var result = await DecideAsync(tenantId, spans?.Drafts ?? drafts, cancellationToken);
        spans?.Tell(result);
        if (result is PublishResult.Published published)
        {
            metrics.Accepted(published.Events);
        }
        else
        {
            metrics.Refused(PublishRefusals.ReasonOf(result), drafts.Count);
        }

        return result;
    }

    private async Task<PublishResult> DecideAsync(
        string tenantId, IReadOnlyList<EventDraft> drafts, CancellationToken cancellationToken)
    {
        var fingerprints = drafts
            .Select(draft => draft.Id.Length > 0 || draft.IdempotencyKey.Length > 0 ? EventFingerprint.Of(draft) : null)
            .ToArray();
        var counted = false;
        var published = await catalog.TryAsync(tenantId, AttemptAsync, cancellationToken);
        if (published is not null)
        {
            return published;
        }

        rates.Forget(tenantId);
        return new PublishResult.TenantNotFound();

        async Task<PublishResult?> AttemptAsync(TenantCatalog picture, bool fresh)
        {
            if ((PublishRules.Check(picture, await catalog.GetPlatformAsync(picture, fresh, cancellationToken), drafts)
                ?? await schemas.CheckAsync(picture, fresh, drafts, cancellationToken)) is { } refused)
            {
                // What refuses it can have been changed so long ago that another process did it.
                return fresh ? refused : null;
            }

            if (!counted && rates.Take(tenantId, picture.Policy.PublishRatePerSecond, drafts.Count) is { } wait)
            {
                return new PublishResult.TooFast(wait);
            }

            counted = true;
            return await TryAsync(drafts, fingerprints, picture, cancellationToken);
        }
    }

    private async Task<PublishResult?> TryAsync(
        IReadOnlyList<EventDraft> drafts, byte[]?[] fingerprints, TenantCatalog picture, CancellationToken cancellationToken)
    {
        // Counted before anything is made of it: a million deliveries would be made in memory just to be refused.
        var matched = new MatchedEvent[drafts.Count];
        var count = 0L;
        for (var i = 0; i < matched.Length; i++)
        {
            var draft = drafts[i];
            matched[i] = new(draft, fingerprints[i], picture.Subscriptions.Match(draft.Type, draft.Instance, draft.Labels));
            count += matched[i].Webhooks.Count;
        }

        var judged = picture.Subscriptions.HasFilters ? EventFilters.Count(matched) : 0;
        if (count - judged > limits.MaxFanOut)
        {
            return new PublishResult.FanOutTooLarge(count - judged, limits.MaxFanOut);
        }

        if (judged > limits.MaxFilters)
        {
            return new PublishResult.FiltersTooCostly();
        }

        using var turn = await limits.EnterAsync(picture.TenantId, (int)count, cancellationToken);
        if (judged > 0)
        {
            if (!filters.TryApply(matched))
            {
                return new PublishResult.FiltersTooCostly();
            }

            count = matched.Sum(each => (long)each.Webhooks.Count);
            if (count > limits.MaxFanOut)
            {
                return new PublishResult.FanOutTooLarge(count, limits.MaxFanOut);
            }
        }

        if (count > 0 && await limits.Backlog.AddAsync(picture.TenantId, (int)count, cancellationToken) is { } full)
        {
            return full;
        }

        try
        {
            return await appender.AppendAsync(picture, matched, cancellationToken);
        }
        finally
        {
            if (count > 0)
            {
                limits.Backlog.Settle(picture.TenantId, (int)count);
            }
        }
    }
}
