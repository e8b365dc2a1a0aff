using System.Diagnostics;
using ControlPlane.Storage;
using Microsoft.Extensions.Primitives;
using OpenTelemetry.Context.Propagation;

namespace ControlPlane.Server.Telemetry;

/// <summary>The headers of W3C Trace Context.</summary>
internal static class TraceHeaders
{
    /// <summary>What everybody has to pass on; of a longer state the first entries are kept that fit.</summary>
    public const int LongestState = 512;

    /// <summary>The flags that mean something: sampled, and that the id is random. The others are not passed on.</summary>
    private const ActivityTraceFlags Known = (ActivityTraceFlags)3;

    private const string Parent = "traceparent";
    private const string State = "tracestate";

    private static readonly TraceContextPropagator Format = new();

    public static IReadOnlyList<string> Names { get; } = [Parent, State];

    /// <summary>Reads the headers of a request. Returns null for those that are none, or are not by the rules: then a trace begins here.</summary>
    public static TraceContext? Read(IHeaderDictionary headers) =>
        headers.TraceParent.Count == 0 ? null : Read(headers.TraceParent, headers.TraceState);

    /// <summary>Reads the values of the headers; null as above.</summary>
    public static TraceContext? Read(StringValues parent, StringValues state)
    {
        var read = Format.Extract(default, (parent, state), static (from, name) => name == Parent ? from.parent : from.state).ActivityContext;
        return read.TraceId == default || read.SpanId == default
            ? null
            : Of(read.TraceId.ToHexString(), read.SpanId.ToHexString(), read.TraceFlags, Cut(read.TraceState ?? ""));
    }

    /// <summary>Returns the context of a span.</summary>
    /// <param name="traceId">32 hexadecimal digits.</param>
    /// <param name="spanId">16 hexadecimal digits.</param>
    /// <param name="flags">Whether it is recorded.</param>
    /// <param name="state">The state that goes with it.</param>
    public static TraceContext Of(string traceId, string spanId, ActivityTraceFlags flags, string state) =>
        new($"00-{traceId}-{spanId}-{(int)(flags & Known):x2}", state);

    /// <summary>The headers that say it.</summary>
    public static IEnumerable<(string Name, string Value)> Of(TraceContext trace) =>
        trace.State.Length == 0 ? [(Parent, trace.Parent)] : [(Parent, trace.Parent), (State, trace.State)];

    private static string Cut(string state) =>
        state.Length <= LongestState ? state : state[..Math.Max(0, state.LastIndexOf(',', LongestState))];
}
