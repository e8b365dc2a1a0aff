using System.Diagnostics.Metrics;

namespace ControlPlane.Storage;

/// <summary>The instruments of the engines, one meter of the process. Recording costs nearly nothing while nobody listens.</summary>
public static class StorageMetrics
{
    /// <summary>The meter's name.</summary>
    public const string Name = "ControlPlane.Storage";

    private static readonly Meter Meter = new(Name);

    private static readonly Histogram<double> CommitDuration = Meter.CreateHistogram(
        "controlplane.store.commit.duration", "s", "From the begin of a commit to when it was synced.", advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
        });

    private static readonly Histogram<long> CommitOperations = Meter.CreateHistogram(
        "controlplane.store.commit.operations", "{operation}", "Operations that shared a commit.", advice: new InstrumentAdvice<long>
        {
            HistogramBucketBoundaries = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000],
        });

    private static readonly Histogram<double> CheckpointDuration = Meter.CreateHistogram(
        "controlplane.store.checkpoint.duration", "s", "Time to copy the log into the data file.", advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
        });

    /// <summary>Records a commit.</summary>
    public static void Committed(TimeSpan duration, int operations)
    {
        CommitDuration.Record(duration.TotalSeconds);
        CommitOperations.Record(operations);
    }

    /// <summary>Records a checkpoint of an embedded engine.</summary>
    public static void Checkpointed(TimeSpan duration) => CheckpointDuration.Record(duration.TotalSeconds);
}
