using System.Diagnostics;
using ControlPlane.Storage;

namespace ControlPlane.Server.Telemetry;

/// <summary>
/// A span that is recorded. It is never the current one of its thread: what it belongs to goes with the event, and what is made of a
/// request elsewhere, such as by the framework, is no part of its trace.
/// </summary>
internal sealed class TraceSpan : IDisposable
{
    /// <summary>The name of the source.</summary>
    public const string Source = "ControlPlane";

    private static readonly ActivitySource Spans = new(Source);

    private readonly Activity _activity;

    private TraceSpan(Activity activity) => _activity = activity;

    /// <summary>Whether anybody collects spans.</summary>
    public static bool IsOn => Spans.HasListeners();

    /// <summary>What follows from it.</summary>
    public TraceContext Context => TraceHeaders.Of(
        _activity.TraceId.ToHexString(), _activity.SpanId.ToHexString(), _activity.ActivityTraceFlags, _activity.TraceStateString ?? "");

    /// <summary>Begins a span that begins a trace; null if that is not recorded.</summary>
    public static TraceSpan? BeginTrace(string name, ActivityKind kind) => IsOn ? Start(name, kind, default) : null;

    /// <summary>Begins a span in a trace; null if there is none or it is not recorded, which whoever began it decides.</summary>
    public static TraceSpan? Begin(string name, ActivityKind kind, TraceContext? parent) =>
        parent is not null && IsOn && ActivityContext.TryParse(parent.Parent, parent.State, isRemote: true, out var context)
            && context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)
            ? Start(name, kind, context)
            : null;

    /// <summary>Begins a span in each of some traces, to be ended together; null if nobody collects spans.</summary>
    public static IDisposable? BeginEach(string name, ActivityKind kind, IEnumerable<TraceContext?> parents) =>
        IsOn ? new Several([.. parents.Distinct().Select(parent => Begin(name, kind, parent)).OfType<TraceSpan>()]) : null;

    /// <summary>Gives it an attribute; null for none.</summary>
    public TraceSpan Set(string tag, object? value)
    {
        _activity.SetTag(tag, value);
        return this;
    }

    /// <summary>Says that it failed.</summary>
    /// <param name="error">Why, as one of few values.</param>
    public void Fail(string error) => Set("error.type", error)._activity.SetStatus(ActivityStatusCode.Error);

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        var current = Activity.Current;
        _activity.Dispose();
        Activity.Current = current;
    }

    private static TraceSpan? Start(string name, ActivityKind kind, ActivityContext parent)
    {
        var current = Activity.Current;
        Activity.Current = null;
        var activity = Spans.StartActivity(name, kind, parent);
        if (activity is { Recorded: false })
        {
            activity.Dispose();
            activity = null;
        }

        Activity.Current = current;
        return activity is null ? null : new(activity);
    }

    private sealed class Several(IReadOnlyList<TraceSpan> spans) : IDisposable
    {
        public void Dispose()
        {
            foreach (var span in spans)
            {
                span.Dispose();
            }
        }
    }
}
