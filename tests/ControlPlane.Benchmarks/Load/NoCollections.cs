using System.Runtime;

namespace ControlPlane.Benchmarks.Load;

/// <summary>
/// Keeps this process from collecting garbage until it is disposed of, as far as there is memory: while its own threads stand still it
/// neither publishes nor receives, and the server would be blamed for it.
/// </summary>
internal sealed class NoCollections : IDisposable
{
    private readonly TimeSpan _before;

    /// <param name="bytes">What will be allocated meanwhile.</param>
    public NoCollections(long bytes)
    {
        GC.TryStartNoGCRegion(Math.Min(bytes, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2));
        _before = GC.GetTotalPauseDuration();
    }

    /// <summary>How long it was held up all the same.</summary>
    public TimeSpan Paused => GC.GetTotalPauseDuration() - _before;

    public void Dispose()
    {
        if (GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
        {
            GC.EndNoGCRegion();
        }
    }
}
