namespace ControlPlane.Signing;

/// <summary>The unit in which a dialect writes times, always counted from 1970-01-01T00:00:00Z and rounded down.</summary>
public enum TimestampUnit
{
    /// <summary>Unix seconds.</summary>
    Seconds,

    /// <summary>Unix milliseconds.</summary>
    Milliseconds,
}
