using System.Diagnostics.Metrics;
using ControlPlane.Storage;

namespace ControlPlane.Server.Telemetry;

/// <summary>
/// The instruments of the server's own work. Tags have few values: no tenant, webhook or event type is among them, since each would make
/// series of its own; figures of one webhook are the API's.
/// </summary>
internal sealed class ServerMetrics
{
    /// <summary>The meter's name.</summary>
    public const string Name = "ControlPlane";

    /// <summary>From a request to a neighbour to one that ends at its timeout.</summary>
    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    };

    /// <summary>From at once to a day of retries.</summary>
    private static readonly InstrumentAdvice<double> Latencies = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300, 3_600, 86_400],
    };

    private static readonly InstrumentAdvice<long> FanOuts = new() { HistogramBucketBoundaries = [0, 1, 2, 5, 10, 50, 100, 1_000, 10_000] };

    private readonly Counter<long> _accepted;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _refused;
    private readonly Histogram<long> _fanOut;
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _suspensions;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _latency;
    private readonly UpDownCounter<long> _watchers;
    private readonly Histogram<double> _watchLag;
    private readonly Counter<long> _filterFailures;
    private readonly Counter<long> _removed;

    public ServerMetrics(IMeterFactory meters)
    {
        Meter = meters.Create(Name);
        _accepted = Meter.CreateCounter<long>("controlplane.events.accepted", "{event}", "Events stored.");
        _duplicates = Meter.CreateCounter<long>("controlplane.events.duplicate", "{event}", "Publishes of an event that was stored before.");
        _refused = Meter.CreateCounter<long>("controlplane.events.refused", "{event}", "Events refused, by reason.");
        _fanOut = Meter.CreateHistogram("controlplane.event.fan_out", "{delivery}", "Deliveries made of an event.", advice: FanOuts);
        _attempts = Meter.CreateCounter<long>("controlplane.delivery.attempts", "{attempt}", "Attempts recorded, by outcome and kind of failure.");
        _ended = Meter.CreateCounter<long>("controlplane.deliveries.ended", "{delivery}", "Deliveries ended by an attempt, by state and reason.");
        _suspensions = Meter.CreateCounter<long>("controlplane.webhook.suspensions", "{webhook}", "Webhooks suspended by the server, by reason.");
        _duration = Meter.CreateHistogram("controlplane.delivery.attempt.duration", "s", "From the begin of an attempt to its end.", advice: Durations);
        _latency = Meter.CreateHistogram(
            "controlplane.delivery.latency", "s", "From an event's acceptance to the end of the attempt that succeeded.", advice: Latencies);
        _watchers = Meter.CreateUpDownCounter<long>("controlplane.watchers", "{watch}", "Watches that are open.");
        _watchLag = Meter.CreateHistogram("controlplane.watch.lag", "s", "From a change's commit to when a watcher was sent it.", advice: Latencies);
        _filterFailures = Meter.CreateCounter<long>(
            "controlplane.filter.failures", "{evaluation}", "Filters of webhooks that could not be evaluated for an event.");
        _removed = Meter.CreateCounter<long>("controlplane.retention.removed", "{row}", "What retention removed, by kind.");
    }

    /// <summary>The meter, on which rooms make the gauges of what they hold.</summary>
    public Meter Meter { get; }

    /// <summary>Events are stored.</summary>
    public void Accepted(IReadOnlyList<AppendedEvent> events)
    {
        var duplicates = 0;
        foreach (var appended in events)
        {
            if (appended.Duplicate)
            {
                duplicates++;
            }
            else
            {
                _fanOut.Record(appended.Event.DeliveryCount);
            }
        }

        _accepted.Add(events.Count - duplicates);
        if (duplicates > 0)
        {
            _duplicates.Add(duplicates);
        }
    }

    /// <summary>Events are refused.</summary>
    /// <param name="reason">The reason of the API's error.</param>
    /// <param name="count">How many.</param>
    public void Refused(string reason, int count) => _refused.Add(count, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>An attempt is recorded.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="stored">The delivery after it; null if it was cancelled or taken over meanwhile.</param>
    public void Attempted(AttemptRecord attempt, DeliveryRecord? stored)
    {
        _attempts.Add(1, new("outcome", stored is null ? "stale" : TagValues.Of(stored.State)), new("failure", TagValues.Of(attempt.Failure)));
        _duration.Record(attempt.Duration.TotalSeconds, new KeyValuePair<string, object?>("failure", TagValues.Of(attempt.Failure)));
        if (stored is null or { EndReason: EndReason.None })
        {
            return;
        }

        _ended.Add(1, new("state", TagValues.Of(stored.State)), new("reason", TagValues.Of(stored.EndReason)));
        if (stored.State == DeliveryState.Succeeded)
        {
            _latency.Record(
                (attempt.StartTime + attempt.Duration - stored.CreateTime).TotalSeconds,
                new KeyValuePair<string, object?>("first_attempt", attempt.Number == 1 ? "true" : "false"));
        }
    }

    /// <summary>The server suspended a webhook.</summary>
    public void Suspended(StateReason reason) => _suspensions.Add(1, new KeyValuePair<string, object?>("reason", TagValues.Of(reason)));

    /// <summary>A webhook's filter could not be evaluated for an event.</summary>
    public void FilterFailed() => _filterFailures.Add(1);

    /// <summary>A watch was opened (1) or ended (-1).</summary>
    public void Watchers(int change) => _watchers.Add(change);

    /// <summary>A change was sent to a watcher.</summary>
    public void Watched(TimeSpan lag) => _watchLag.Record(lag.TotalSeconds);

    /// <summary>Retention removed something.</summary>
    public void Removed(Removed removed)
    {
        foreach (var (kind, count) in new[]
        {
            ("payloads", removed.Payloads), ("deliveries", removed.Deliveries), ("events", removed.Events),
            ("webhooks", removed.Webhooks), ("redrives", removed.Redrives), ("audit_events", removed.AuditEvents),
            ("expired_events", removed.Erased),
            ("portal_sessions", removed.Sessions),
        })
        {
            _removed.Add(count, new KeyValuePair<string, object?>("kind", kind));
        }
    }
}
