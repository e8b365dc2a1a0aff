using ControlPlane.Storage;

namespace ControlPlane.Server.Dispatching;

/// <summary>
/// How many requests a webhook may have in flight and when the next may start: its limits, its rate, and what its receiver has
/// shown to bear. Not thread-safe; the lane's lock guards it.
/// </summary>
internal sealed class LaneGate(int defaultMaxInFlight, int probeAfterFailures, TimeProvider clock)
{
    /// <summary>What an unknown receiver is trusted with, so that many hanging ones cannot take all senders at once.</summary>
    private const int FirstWindow = 8;

    /// <summary>How far starts may be ahead of an even pace.</summary>
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(100);

    /// <summary>The slowest pace there is; a rate that asks for less would overflow.</summary>
    private static readonly TimeSpan LongestInterval = TimeSpan.FromDays(365);

    private WebhookRecord? _webhook;
    private int _window = FirstWindow;
    private int _failures;
    private long _paceTimestamp;

    public int InFlight { get; private set; }

    /// <summary>The receiver failed several times in a row: it is sent one request at a time until one succeeds.</summary>
    public bool Failing => _failures >= probeAfterFailures;

    /// <summary>A request waited in vain for an answer: one at a time, too, until one is answered.</summary>
    public bool Silent { get; set; }

    /// <summary>Whether the receiver is sent one request at a time, to find out whether it is well again.</summary>
    public bool Probing => Failing || Silent;

    /// <summary>How many requests may be in flight now.</summary>
    public int Limit => Probing ? 1 : Math.Min(_window, MaxInFlight);

    private long BurstTicks => (long)(clock.TimestampFrequency * Burst.TotalSeconds);

    private int MaxInFlight => _webhook is { MaxInFlight: > 0 } webhook ? webhook.MaxInFlight : defaultMaxInFlight;

    /// <summary>Takes over the webhook's settings, unless older than those known.</summary>
    public void Configure(WebhookRecord webhook)
    {
        if (_webhook is null || _webhook.Version <= webhook.Version)
        {
            _webhook = webhook;
            // The pace of a slower rate from before must not hold a faster one up.
            if (webhook.MaxRatePerSecond > 0)
            {
                _paceTimestamp = Math.Min(_paceTimestamp, clock.GetTimestamp() + Interval(webhook.MaxRatePerSecond) + BurstTicks);
            }
        }
    }

    /// <summary>Zero if a request may start now, how long to wait if the rate forbids it, null if one has to end first.</summary>
    public TimeSpan? Wait()
    {
        if (InFlight >= Limit)
        {
            return null;
        }

        if (_webhook is not { MaxRatePerSecond: > 0 })
        {
            return TimeSpan.Zero;
        }

        var ahead = clock.GetElapsedTime(clock.GetTimestamp(), _paceTimestamp) - Burst;
        return ahead > TimeSpan.Zero ? ahead : TimeSpan.Zero;
    }

    public void Started()
    {
        InFlight++;
        if (_webhook is { MaxRatePerSecond: > 0 and var rate })
        {
            var now = clock.GetTimestamp();
            _paceTimestamp = Math.Max(now, _paceTimestamp) + Interval(rate);
        }
    }

    /// <summary>A request ended without telling anything of the receiver.</summary>
    public void Abandoned() => InFlight--;

    /// <summary>A request ended; true if the receiver counts as failing from now on.</summary>
    public bool Ended(bool succeeded)
    {
        InFlight--;
        var failing = Failing;
        if (succeeded)
        {
            _failures = 0;
            _window = Math.Min(_window + 1, Math.Max(MaxInFlight, FirstWindow));
        }
        else
        {
            _failures++;
        }

        return Failing && !failing;
    }

    private long Interval(double rate) =>
        (long)(clock.TimestampFrequency * Math.Min(1 / rate, LongestInterval.TotalSeconds));
}
