using System.Runtime.CompilerServices;
using ControlPlane.Server.Api.Errors;
using ControlPlane.Server.Telemetry;
using ControlPlane.Storage;

namespace ControlPlane.Server.Filtering;

/// <summary>
/// Judges events by the filters of webhooks. A filter is compiled when the first event meets it, and kept for as long as the picture of
/// its webhook is.
/// </summary>
internal sealed class Filters(ServerMetrics metrics, ILogger<Filters> log, TimeProvider clock)
{
    private readonly LogThrottle _throttle = new(clock);
    private readonly ConditionalWeakTable<WebhookRecord, Compiled> _compiled = [];

    /// <summary>What a filter says of an event.</summary>
    public static FilterVerdict Judge(string filter, FilterInput input) => Compiled.Of(filter).Judge(input, new());

    /// <summary>The webhooks among those found that want the event by their filters. One whose filter fails does as it says.</summary>
    public IReadOnlyList<WebhookRecord> Apply(IReadOnlyList<WebhookRecord> found, FilterInput input, FilterBudget budget) =>
        found.All(webhook => webhook.Filter is null) ? found : [.. found.Where(webhook => webhook.Filter is null || Wants(webhook, input, budget))];

    private bool Wants(WebhookRecord webhook, FilterInput input, FilterBudget budget)
    {
        var verdict = _compiled.GetValue(webhook, static each => Compiled.Of(each.Filter!)).Judge(input, budget);
        if (verdict.Matches is { } matches)
        {
            return matches;
        }

        metrics.FilterFailed();
        if (_throttle.Count() is { } count)
        {
            FilteringLog.Failed(log, count, webhook.Id, verdict.Detail);
        }

        return webhook.OnFilterError != OnFilterError.Skip;
    }

    /// <summary>What became of a text. One that was stored when other rules held can be wrong by today's.</summary>
    private sealed record Compiled(EventFilter? Filter, string Fault)
    {
        public static Compiled Of(string text) =>
            EventFilter.Compile(text) is var (filter, faults) && filter is not null ? new(filter, "") : new(null, faults[0].Message);

        public FilterVerdict Judge(FilterInput input, FilterBudget budget) =>
            Filter?.Evaluate(input, budget) ?? new(null, $"The filter is not right: {Fault}.");
    }
}
