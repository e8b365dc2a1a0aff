using ControlPlane.Benchmarks.Reporting;

namespace ControlPlane.Benchmarks;

/// <summary>One kind of benchmark.</summary>
internal interface IMode
{
    /// <summary>What it is called on the command line.</summary>
    string Name { get; }

    /// <summary>What it measures, in one line.</summary>
    string Summary { get; }

    /// <summary>Runs all its rounds and adds its figures to the report.</summary>
    Task RunAsync(Bench bench);
}

/// <summary>What a mode is run with.</summary>
/// <param name="Settings">The sizes.</param>
/// <param name="Report">Where figures go.</param>
/// <param name="Progress">Tells whoever waits what is going on.</param>
/// <param name="Cancellation">The run was interrupted.</param>
internal sealed record Bench(Settings Settings, Report Report, Action<string> Progress, CancellationToken Cancellation)
{
    public TimeProvider Clock { get; } = TimeProvider.System;

    /// <summary>Waits, and nothing more.</summary>
    public Task PauseAsync(TimeSpan time) => Task.Delay(time, Clock, Cancellation);

    /// <summary>A folder for a store, which goes with the answer.</summary>
    /// <param name="resolver">How servers in it look names up, in the words of resolv.conf; null as the system does.</param>
    public Processes.Workspace OpenWorkspace(string? resolver = null) => new(Settings.Folder, Settings.Provider) { Resolver = resolver };
}
