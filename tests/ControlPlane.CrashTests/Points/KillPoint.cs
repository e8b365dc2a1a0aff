namespace ControlPlane.CrashTests.Points;

/// <summary>Where in the life of a server it is killed: exactly one of the four is set.</summary>
/// <param name="Name">What is said of it in the summary.</param>
internal sealed record KillPoint(string Name)
{
    /// <summary>Inside the process, as <c>place|subject|within</c>; see ControlPlane.CrashPoints.</summary>
    public string? Inside { get; init; }

    /// <summary>When the harness sees something; see <see cref="Moments"/>.</summary>
    public string? Moment { get; init; }

    /// <summary>A while after it serves, under load.</summary>
    public TimeSpan? AfterReady { get; init; }

    /// <summary>A while after the process was started, while it recovers or begins to serve.</summary>
    public TimeSpan? AfterStart { get; init; }

    /// <summary>The how manyth time it is reached.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Whether it only comes when the log is copied into the database file, which takes a lot written.</summary>
    public bool NeedsCheckpoint { get; init; }
}
