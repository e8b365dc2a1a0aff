namespace ControlPlane.CrashPoints;

/// <summary>Where in a process a point can be.</summary>
internal enum Place
{
    /// <summary>SQLite begins with a statement that contains the subject.</summary>
    StatementBegins,

    /// <summary>SQLite is done with such a statement; whoever waits for it does not know yet.</summary>
    StatementEnded,

    /// <summary>Something is about to be written to the file.</summary>
    Write,

    /// <summary>Half of what was to be written to the file is.</summary>
    HalfWritten,

    /// <summary>The file is about to be synced.</summary>
    Sync,

    /// <summary>The file is synced.</summary>
    Synced,

    /// <summary>The runtime or a library tells of something: <c>source/event</c>.</summary>
    RuntimeEvent,
}
