using ControlPlane.CrashTests.Points;

namespace ControlPlane.CrashTests.Serving;

/// <summary>One process of the server, from start to end. Times are timestamps of this machine's monotonic clock.</summary>
/// <param name="Number">1 for the first, over all nodes.</param>
/// <param name="Started">Before the process was made.</param>
internal sealed record Life(int Number, long Started)
{
    /// <summary>Where it is to be killed; null if it is not.</summary>
    public KillPoint? Point { get; set; }

    /// <summary>It came to serve calls.</summary>
    public bool Served { get; set; }

    /// <summary>It was killed. Otherwise it lives or was stopped in an orderly way.</summary>
    public bool Killed { get; set; }

    /// <summary>It was killed where it was meant to be.</summary>
    public bool PointReached { get; set; }

    /// <summary>Whether it says that the other nodes took it for gone: what it was sending then they sent again, and it could not record.</summary>
    public Func<bool> WasTakenForGone { get; init; } = static () => false;

    /// <summary>When it was found to have ended; 0 while it lives.</summary>
    public long Ended { get; set; }
}
