using ControlPlane.Benchmarks.Processes;

namespace ControlPlane.Benchmarks.Modes;

/// <summary>How fast a server on a new store serves, and what it takes while nobody wants anything.</summary>
internal sealed class StartupMode : IMode
{
    private const int Windows = 3;
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(8);

    public string Name => "startup";

    public string Summary => "process start to serving; memory and CPU while idle";

    public async Task RunAsync(Bench bench)
    {
        var starts = bench.Settings.RoundsOr(5);
        var window = TimeSpan.FromSeconds(bench.Settings.SecondsOr(30) / (double)Windows);
        List<double> seconds = [];
        for (var i = 0; i < starts; i++)
        {
            using var workspace = bench.OpenWorkspace();
            await using var server = await ServerProcess.StartAsync(workspace, null, bench.Cancellation);
            seconds.Add(server.TimeToServing.TotalSeconds);
            bench.Progress($"serving after {seconds[^1]:F3} s");
            if (i == starts - 1)
            {
                await IdleAsync(bench, server, window);
            }
        }

        bench.Report.Note(Name, $"each start on a new store, until gRPC health answers SERVING, asked every 2 ms; idle from {Settle.TotalSeconds:0} s "
            + $"after the last start on, {Windows} times {window.TotalSeconds:0.#} s, CPU in % of one core, memory every 0.5 s");
        bench.Report.Add(Name, "process start to serving", "s", seconds);
    }

    private async Task IdleAsync(Bench bench, ServerProcess server, TimeSpan window)
    {
        await bench.PauseAsync(Settle);
        List<double> percents = [];
        var sampler = new UsageSampler(server);
        await using (sampler)
        {
            for (var i = 0; i < Windows; i++)
            {
                var (cpu, started) = (server.CpuTime, bench.Clock.GetTimestamp());
                await bench.PauseAsync(window);
                percents.Add(100 * ((server.CpuTime - cpu) / bench.Clock.GetElapsedTime(started)));
            }
        }

        bench.Report.Add(Name, "idle CPU", "%", percents);
        bench.Report.Add(Name, "idle resident memory", "MB", sampler.Resident);
        if (server.AnonymousMegabytes is { } anonymous)
        {
            bench.Report.Add(Name, "anonymous part of it", "MB", anonymous);
        }
    }
}
