using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Reporting;
using ControlPlane.Testing;

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
        var (warmUps, starts) = (bench.Settings.WarmUpsOr(1), bench.Settings.RoundsOr(5));
        var window = TimeSpan.FromSeconds(bench.Settings.SecondsOr(30) / (double)Windows);
        var forms = await FormsAsync(bench);
        for (var i = -warmUps; i < starts; i++)
        {
            // They take turns, so that a machine that gets slower does not show as a difference between them.
            foreach (var form in forms)
            {
                using var workspace = bench.OpenWorkspace();
                await using var server = await MeasuredServer.StartAsync(form.Assembly, workspace, null, bench.Cancellation);
                bench.Progress($"{form.Name} serving after {server.TimeToServing.TotalSeconds:F3} s");
                if (i >= 0)
                {
                    form.Seconds.Add(server.TimeToServing.TotalSeconds);
                }

                if (i == starts - 1)
                {
                    bench.Report.Add(Name, $"{form.Name}, process start to serving", "s", form.Seconds);
                    await IdleAsync(bench, form, server, window);
                }
            }
        }

        bench.Report.Note(Name, $"each start on a new store, until gRPC health answers SERVING, asked every 2 ms; {warmUps} of each form before, "
            + $"not counted; idle from {Settle.TotalSeconds:0} s after the last start on, {Windows} times {window.TotalSeconds:0.#} s, "
            + "CPU in % of one core, memory every 0.5 s");
    }

    private async Task<IReadOnlyList<Form>> FormsAsync(Bench bench)
    {
        var plain = new Form("plain build", ServerProgram.Assembly, []);
        if (bench.Settings.Published is { } folder)
        {
            return [new("published", PublishedServer.In(folder), []), plain];
        }

        bench.Progress("publishing the server");
        try
        {
            return [new("published", await PublishedServer.MakeAsync(bench.Cancellation), []), plain];
        }
        catch (BenchmarkException e)
        {
            bench.Report.Note(Name, $"THE PLAIN BUILD ONLY, since the server could not be published: {e.Message}");
            return [plain];
        }
    }

    private async Task IdleAsync(Bench bench, Form form, MeasuredServer server, TimeSpan window)
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

        bench.Report.Add(Name, $"{form.Name}, idle CPU", "%", percents);
        bench.Report.Add(Name, $"{form.Name}, idle resident memory", "MB", sampler.Resident);
        if (server.AnonymousMegabytes is { } anonymous)
        {
            bench.Report.Add(Name, $"{form.Name}, anonymous part of it", "MB", anonymous);
        }
    }

    /// <summary>A form in which the server comes.</summary>
    /// <param name="Name">What its figures are called by.</param>
    /// <param name="Assembly">What is run.</param>
    /// <param name="Seconds">How long each counted start took.</param>
    private sealed record Form(string Name, string Assembly, List<double> Seconds);
}
