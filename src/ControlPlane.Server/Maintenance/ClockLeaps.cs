namespace ControlPlane.Server.Maintenance;

/// <summary>
/// Notices when the wall clock is set ahead while the process runs. Everything then looks old at once, perhaps by a mistake that
/// somebody is about to mend, so nothing must be removed for a while.
/// </summary>
internal sealed class ClockLeaps(TimeProvider clock)
{
    /// <summary>How far ahead of the time that went by the clock must have moved.</summary>
    public static readonly TimeSpan Leap = TimeSpan.FromHours(1);

    /// <summary>How long ages are not to be trusted afterwards.</summary>
    public static readonly TimeSpan Doubt = TimeSpan.FromDays(1);

    private DateTimeOffset _seen = clock.GetUtcNow();
    private long _seenAt = clock.GetTimestamp();
    private long? _leaptAt;

    /// <summary>Looks at the clock; how far it leapt ahead since the last look, zero if it did not.</summary>
    public TimeSpan Look()
    {
        var (now, at) = (clock.GetUtcNow(), clock.GetTimestamp());
        var ahead = now - _seen - clock.GetElapsedTime(_seenAt, at);
        (_seen, _seenAt) = (now, at);
        if (ahead <= Leap)
        {
            return TimeSpan.Zero;
        }

        _leaptAt = at;
        return ahead;
    }

    /// <summary>Whether a leap was seen that is not long ago.</summary>
    public bool InDoubt => _leaptAt is { } leapt && clock.GetElapsedTime(leapt) < Doubt;
}
