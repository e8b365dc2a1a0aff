using System.Globalization;
using System.Runtime.InteropServices;

namespace ControlPlane.CrashPoints;

/// <summary>
/// A point at which the process ends, as <c>place|subject|within|count</c>: the <c>count</c>th time that <c>place</c> is reached with the
/// subject. What the subject and <c>within</c> (may be empty) mean depends on the place.
/// </summary>
internal sealed partial class CrashPoint
{
    public const string Variable = "CONTROLPLANE_CRASH_POINT";
    private const int Kill = 9;

    private long _left;

    public required Place Place { get; init; }

    /// <summary>Part of a statement; <c>wal</c> or <c>db</c>; or <c>source/event</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>Part of a statement that the transaction must have run before, or of an event's content.</summary>
    public required string Within { get; init; }

    public static CrashPoint Parse(string text)
    {
        var parts = text.Split('|');
        return new()
        {
            Place = Enum.Parse<Place>(parts[0]),
            Subject = parts[1],
            Within = parts[2],
            _left = long.Parse(parts[3], CultureInfo.InvariantCulture),
        };
    }

    /// <summary>Counts one time; true if this is the one.</summary>
    public bool IsNow() => Interlocked.Decrement(ref _left) == 0;

    /// <summary>Counts one time, and ends the process if this is the one.</summary>
    public void Reached()
    {
        if (IsNow())
        {
            End();
        }
    }

    /// <summary>Ends this process on the spot: no handler runs, nothing is flushed.</summary>
    public static void End()
    {
        _ = kill(Environment.ProcessId, Kill);
        // Nothing more is done on this thread in the moment until the system has taken the others down too.
        Thread.Sleep(Timeout.Infinite);
    }

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}
