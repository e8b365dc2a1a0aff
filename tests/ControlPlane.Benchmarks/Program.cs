using ControlPlane.Benchmarks;
using ControlPlane.Benchmarks.Load;
using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Benchmarks.Reporting;

// Child processes are stopped and stores removed when a run is interrupted.
var timeToClean = TimeSpan.FromSeconds(90);

if (args is [KestrelReceiver.Command, var port, var certificate, var key])
{
    await KestrelReceiver.RunAsync(port, certificate, key);
    return 0;
}

if (args is [HostileProcess.Command, var server, var pem, var secret, .. var ways])
{
    return await HostileProcess.RunAsync(new Uri(server), pem, secret, ways);
}

return await CommandLine.Create(RunAsync).Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = timeToClean });

static async Task<int> RunAsync(IReadOnlyList<IMode> modes, Settings settings, CancellationToken cancellation)
{
    var started = TimeProvider.System.GetUtcNow();
    var report = new Report();
    var failed = false;
    foreach (var mode in modes)
    {
        Console.Error.WriteLine($"== {mode.Name}");
        var bench = new Bench(settings, report, line => Console.Error.WriteLine($"   {line}"), cancellation);
        var began = bench.Clock.GetTimestamp();
        await using var stolen = new StolenTime();
        try
        {
            await mode.RunAsync(bench);
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            report.Note(mode.Name, "INTERRUPTED");
            failed = true;
            break;
        }
        catch (Exception e)
        {
            // What the other modes find is worth having.
            failed = true;
            report.Note(mode.Name, $"FAILED: {(e is BenchmarkException ? e.Message : e)}");
        }

        if (stolen.Percent(began, bench.Clock.GetTimestamp()) is { } percent)
        {
            report.Add(mode.Name, "time of all cores that the host took for others", "%", percent);
        }
    }

    var machine = Machine.Describe(settings.Folder, ServerConfiguration.CollectsAsServer);
    ReportTable.Write(Console.Out, machine, report);
    await ReportJson.WriteAsync(settings.Output, started, [.. modes.Select(mode => mode.Name)], machine, settings, report);
    Console.Out.WriteLine();
    Console.Out.WriteLine($"Written to {settings.Output}");
    return failed ? 1 : 0;
}
