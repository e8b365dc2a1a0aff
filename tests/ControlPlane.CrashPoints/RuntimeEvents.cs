using System.Diagnostics.Tracing;

namespace ControlPlane.CrashPoints;

/// <summary>Points between the steps of a request, by the events that the HTTP client and the gRPC server tell while they make them.</summary>
internal sealed class RuntimeEvents : EventListener
{
    private static CrashPoint? _point;
    private static string _source = "";
    private static string _event = "";
    private static RuntimeEvents? _listener;

    public static void Watch(CrashPoint point)
    {
        var parts = point.Subject.Split('/');
        (_source, _event, _point) = (parts[0], parts[1], point);
        _listener = new();
    }

    public override void Dispose()
    {
        _listener = null;
        base.Dispose();
    }

    // Called for sources that exist from within the constructor of the base.
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == _source)
        {
            EnableEvents(eventSource, EventLevel.Verbose, EventKeywords.All);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (_point is { } point && eventData.EventName == _event && Fits(point.Within, eventData))
        {
            point.Reached();
        }
    }

    private static bool Fits(string within, EventWrittenEventArgs told) =>
        within.Length == 0
        || (told.Payload?.Any(value => value is string text && text.Contains(within, StringComparison.Ordinal)) ?? false);
}
