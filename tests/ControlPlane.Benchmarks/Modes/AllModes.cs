namespace ControlPlane.Benchmarks.Modes;

/// <summary>Everything that can be measured, in the order of <c>all</c>.</summary>
internal static class AllModes
{
    public static IReadOnlyList<IMode> List { get; } =
    [
        new CeilingMode(),
        new DeliverMode(),
        new EnginesMode(),
        new LatencyMode(),
        new TelemetryMode(),
        new FiltersMode(),
        new IsolationMode(),
        new NeighboursMode(),
        new SiegeMode(),
        new SoakMode(),
        new WriterMode(),
        new BacklogMode(),
        new RetentionMode(),
        new BackupMode(),
        new ListMode(),
        new WatchMode(),
        new StartupMode(),
    ];
}
