using ControlPlane.Storage;

namespace ControlPlane.Server.Telemetry;

/// <summary>The traces that the events of a call belong to: that of the request, unless a door was told another one for an event.</summary>
internal readonly struct IncomingTraces
{
    private readonly TraceContext? _ofRequest;
    private readonly OfEvents? _ofEvents;

    private IncomingTraces(HttpContext context) =>
        (_ofRequest, _ofEvents) = (TraceHeaders.Read(context.Request.Headers), context.Features.Get<OfEvents>());

    /// <summary>The trace of the event at an index; null if it belongs to none.</summary>
    public TraceContext? this[int index] => _ofEvents?.Traces[index] ?? _ofRequest;

    public static IncomingTraces Of(HttpContext context) => new(context);

    /// <summary>Says which traces the events of a request name themselves, in their order; null for those that name none.</summary>
    public static void Set(HttpContext context, IReadOnlyList<TraceContext?> traces) => context.Features.Set(new OfEvents(traces));

    private sealed record OfEvents(IReadOnlyList<TraceContext?> Traces);
}
