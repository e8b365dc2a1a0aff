using System.Collections.Concurrent;
using ControlPlane.CrashTests.Points;
using ControlPlane.Testing;

namespace ControlPlane.CrashTests.Serving;

/// <summary>One node: the real server on one store, started again after each death. Only processes started here are ever killed.</summary>
internal sealed class CrashServer : IAsyncDisposable
{
    private const string Hook = "DOTNET_STARTUP_HOOKS";
    private const string PointVariable = "CONTROLPLANE_CRASH_POINT";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>What a node logs when the others took over from it while it ran.</summary>
    private const string TakenForGone = "was taken for gone";

    private readonly HttpClient _http = new();

    /// <summary>How many lines there were at the end of each of its lives.</summary>
    private readonly ConcurrentDictionary<int, int> _ends = [];
    private readonly List<Life> _lives;
    private readonly TimeProvider _clock = TimeProvider.System;
    private readonly Lock _killing = new();
    private ServerRun? _run;

    /// <summary>Sets one up that was not started yet.</summary>
    /// <param name="authorityPem">What it trusts.</param>
    /// <param name="lives">Takes its lives; those of other nodes are in it too.</param>
    /// <param name="database">What it shares with other nodes; null for a file of its own.</param>
    public CrashServer(string authorityPem, List<Life> lives, string? database = null)
    {
        _lives = lives;
        Setup = new ServerSetup(authorityPem);
        if (database is not null)
        {
            Setup.Share(database);
        }

        // A receiver that fails a lot is not sent one request at a time here: there would be nothing to cut.
        Setup.Settings["Dispatching:ProbeAfterFailures"] = "1000";
    }

    public ServerSetup Setup { get; }

    public ServerLog Log { get; } = new();

    /// <summary>Its latest.</summary>
    public Life Life { get; private set; } = null!;

    /// <summary>It was started, and nobody has noticed its end or ended it.</summary>
    public bool IsStarted => _run is not null;

    /// <summary>The process that runs now; null if none does.</summary>
    public int? ProcessId
    {
        get
        {
            lock (_killing)
            {
                return _run is { HasExited: false } run ? run.Id : null;
            }
        }
    }

    public string StorePath => Setup.Settings["Storage:Path"];

    /// <summary>Starts it; true when it serves, false if it was killed before.</summary>
    /// <exception cref="NotReadyException">It was neither in time.</exception>
    public async Task<bool> StartAsync(KillPoint? point)
    {
        Prepare(point);
        var life = Life = NewLife(point);
        _lives.Add(life);
        var run = _run = new ServerRun(Setup, Log);
        using var timer = point?.AfterStart is { } after
            ? _clock.CreateTimer(_ => Kill(), null, after, Timeout.InfiniteTimeSpan)
            : null;
        while (!run.HasExited)
        {
            if (point?.AfterStart is null && await IsReadyAsync())
            {
                return life.Served = true;
            }

            if (_clock.GetElapsedTime(life.Started) > Eventually.StartLimit)
            {
                throw new NotReadyException(
                    $"Life {life.Number} was not ready within {Eventually.StartLimit}, in which it had {run.ProcessorTime} of processor time:\n{Log.Tail}");
            }

            await Task.Delay(Pause, _clock);
        }

        await DiedAsync();
        return false;
    }

    /// <summary>Ends it on the spot. Can come when it is dead already.</summary>
    public void Kill()
    {
        lock (_killing)
        {
            _run?.Kill();
        }
    }

    /// <summary>
    /// Waits for the death that was planned. If the point is never reached it is killed all the same, and what was waited in vain
    /// for is in <see cref="Life.PointReached"/>.
    /// </summary>
    public async Task DiedAsync()
    {
        var run = _run!;
        Life.PointReached = true;
        for (var started = _clock.GetTimestamp(); !run.HasExited;)
        {
            if (_clock.GetElapsedTime(started) > Eventually.Limit)
            {
                Life.PointReached = false;
                run.Kill();
            }

            await Task.Delay(Pause, _clock);
        }

        var code = await run.ExitAsync();
        Assert.True(code == ServerRun.KilledExitCode, $"The server ended by itself with {code}:\n{Log.Text}");
        Life.Killed = true;
        Life.Ended = _clock.GetTimestamp();
        await ForgetAsync(run);
    }

    /// <summary>Stops it in an orderly way.</summary>
    public async Task StopAsync()
    {
        var run = _run!;
        await run.SignalAsync();
        var code = await run.ExitAsync();
        Assert.True(code == 0, $"The server ended with {code}:\n{Log.Text}");
        Life.Ended = _clock.GetTimestamp();
        await ForgetAsync(run);
    }

    public Clients Connect(string key = ServerSetup.PlatformKey) => new(Setup.Grpc, key);

    public async ValueTask DisposeAsync()
    {
        if (_run is { } run)
        {
            await ForgetAsync(run);
        }

        _http.Dispose();
        Setup.Dispose();
    }

    private Life NewLife(KillPoint? point)
    {
        var number = _lives.Count + 1;
        var before = Log.Output.Count;
        return new(number, _clock.GetTimestamp())
        {
            Point = point,
            WasTakenForGone = () => Log.Output.Take(_ends.GetValueOrDefault(number, int.MaxValue)).Skip(before).Any(
                line => line.Contains(TakenForGone, StringComparison.Ordinal)),
        };
    }

    private async Task ForgetAsync(ServerRun run)
    {
        lock (_killing)
        {
            _run = null;
        }

        await run.DisposeAsync();
        _ends[Life.Number] = Log.Output.Count;
    }

    private void Prepare(KillPoint? point)
    {
        Setup.OtherSettings.Remove(Hook);
        Setup.OtherSettings.Remove(PointVariable);
        if (point?.Inside is { } inside)
        {
            Setup.OtherSettings[Hook] = HookAssembly;
            Setup.OtherSettings[PointVariable] = $"{inside}|{point.Count}";
        }
    }

    /// <summary>The folders of all projects lie side by side, each with one folder per configuration.</summary>
    private static string HookAssembly =>
        ServerProgram.Assembly.Replace("ControlPlane.Server", "ControlPlane.CrashPoints", StringComparison.Ordinal);

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(Setup.Http, "/readyz"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
