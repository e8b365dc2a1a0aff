namespace ControlPlane.Storage.Transitions;

/// <summary>How old a row is.</summary>
public enum Age
{
    /// <summary>It has expired.</summary>
    Expired,

    /// <summary>Its time is yet to come: the clock was ahead when it was stored. It is kept, and says nothing of the rows after it.</summary>
    Ahead,

    /// <summary>Neither it nor any row after it has expired.</summary>
    Young,
}

/// <summary>
/// Judges rows in the order in which they were stored. One whose time is before that of an earlier row, because the clock stepped
/// back, counts as old as the earlier one: it must not go early.
/// </summary>
public sealed class ExpiryJudge(DateTimeOffset before, DateTimeOffset now)
{
    private readonly long _before = before.ToMicroseconds();
    private readonly long _now = now.ToMicroseconds();
    private long _latest = long.MinValue;

    /// <summary>Returns how old the next row is, by its time in unix microseconds.</summary>
    public Age Judge(long time)
    {
        if (time > _now)
        {
            return Age.Ahead;
        }

        _latest = Math.Max(_latest, time);
        return _latest < _before ? Age.Expired : Age.Young;
    }
}
