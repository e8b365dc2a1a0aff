using System.Diagnostics;
using ControlPlane.Server.Telemetry;
using ControlPlane.Storage;

namespace ControlPlane.Server.Publishing;

/// <summary>The spans of one publish, one in each trace that its events belong to.</summary>
internal sealed class PublishSpans : IDisposable
{
    private readonly Dictionary<string, TraceSpan?> _spans = new(StringComparer.Ordinal);
    private bool _isTold;

    private PublishSpans(string tenantId, IReadOnlyList<EventDraft> drafts)
    {
        Drafts = [.. drafts.Select(draft => SpanOf(tenantId, draft) is { } span ? draft with { Trace = span.Context } : draft)];
        foreach (var span in _spans.Values.OfType<TraceSpan>())
        {
            // Where there is one it is named, and where there are several they are counted.
            span.Set("messaging.batch.message_count", drafts.Count == 1 ? null : drafts.Count)
                .Set("controlplane.event.type", drafts.Count == 1 ? drafts[0].Type : null);
        }
    }

    /// <summary>The events, each in the trace of its span.</summary>
    public IReadOnlyList<EventDraft> Drafts { get; }

    /// <summary>Begins them; null if nobody collects spans.</summary>
    public static PublishSpans? Begin(string tenantId, IReadOnlyList<EventDraft> drafts) => TraceSpan.IsOn ? new(tenantId, drafts) : null;

    /// <summary>Begins the span of events that belong to one trace, or are the first of one; null if it is not recorded.</summary>
    public static TraceSpan? Begin(string tenantId, TraceContext? trace) =>
        (trace is null ? TraceSpan.BeginTrace("publish", ActivityKind.Producer) : TraceSpan.Begin("publish", ActivityKind.Producer, trace))?
            .Set("messaging.system", "controlplane")
            .Set("messaging.operation.name", "publish")
            .Set("messaging.operation.type", "send")
            .Set("controlplane.tenant.id", tenantId);

    /// <summary>Says how the publish ended.</summary>
    public void Tell(PublishResult result)
    {
        _isTold = true;
        foreach (var span in _spans.Values.OfType<TraceSpan>())
        {
            if (result is not PublishResult.Published published)
            {
                span.Fail(PublishRefusals.ReasonOf(result));
            }
            else if (published.Events is [var one])
            {
                span.Set("messaging.message.id", one.Event.Id)
                    .Set("controlplane.event.fan_out", one.Event.DeliveryCount)
                    .Set("controlplane.event.duplicate", one.Duplicate);
            }
        }
    }

    public void Dispose()
    {
        foreach (var span in _spans.Values.OfType<TraceSpan>())
        {
            if (!_isTold)
            {
                span.Fail("exception");
            }

            span.Dispose();
        }
    }

    /// <summary>Begins the span of each trace once; events that belong to none begin one together.</summary>
    private TraceSpan? SpanOf(string tenantId, EventDraft draft)
    {
        var key = draft.Trace?.ToString() ?? "";
        if (!_spans.TryGetValue(key, out var span))
        {
            _spans[key] = span = Begin(tenantId, draft.Trace);
        }

        return span;
    }
}
