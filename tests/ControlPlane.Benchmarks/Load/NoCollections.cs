using System.Runtime;

namespace ControlPlane.Benchmarks.Load;

/// <summary>
/// Keeps this process from collecting garbage until it is disposed of, as far as there is memory: while its own threads stand still it
/// neither publishes nor receives, and the server would be blamed for it. If it has to all the same, the report says so.
/// </summary>
internal sealed class NoCollections : IDisposable
{
    /// <summary>The longest rounds allocate half of that.</summary>
    private const long Enough = 4L << 30;

    private readonly Bench _bench;
    private readonly TimeSpan _before;

    public NoCollections(Bench bench)
    {
        _bench = bench;
        GC.TryStartNoGCRegion(Math.Min(Enough, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2));
        _before = GC.GetTotalPauseDuration();
    }

    public void Dispose()
    {
        var paused = GC.GetTotalPauseDuration() - _before;
        if (paused > TimeSpan.Zero)
        {
            _bench.Report.Note("benchmark", $"held up for {paused.TotalMilliseconds:F0} ms of a round by its own garbage collector");
        }

        if (GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
        {
            GC.EndNoGCRegion();
        }
    }
}
