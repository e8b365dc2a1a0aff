using ControlPlane.Server.Maintenance;
using ControlPlane.Storage;
using ControlPlane.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Tests.Maintenance;

/// <summary>When retention runs, at which pace, and that nothing stops it for good.</summary>
public sealed class RetentionWorkerTests : IAsyncLifetime
{
    private static readonly Removed One = new() { Events = 1 };
    private readonly TestClock _clock = new();
    private readonly LogCapture _log = new();
    private readonly LoggerFactory _loggers = new();
    private readonly RetentionOptions _options = new();
    private RetentionWorker? _worker;

    public RetentionWorkerTests() => _loggers.AddProvider(_log);

    private ScriptedMaintenance Maintenance { get; } = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_worker is not null)
        {
            await _worker.StopAsync(Cancel);
            _worker.Dispose();
        }

        _loggers.Dispose();
    }

    [Fact]
    public async Task Start_Defaults_RemovesWhatTheSettingsSay()
    {
        await StartAsync();

        await UntilAsync(() => Maintenance.CountPasses() == 1);

        var terms = Maintenance.Passes[0];
        Assert.Equal(TimeSpan.FromDays(7), terms.Now - terms.PayloadsBefore);
        Assert.Equal(TimeSpan.FromDays(30), terms.Now - terms.MetadataBefore);
        Assert.Equal((1_000, 50), (terms.DeadLetters, terms.Batch));
        Assert.InRange(terms.Now, _clock.GetUtcNow() - TimeSpan.FromMinutes(1), _clock.GetUtcNow());
    }

    [Fact]
    public async Task Run_Passes_ComeAtTheirInterval()
    {
        await StartAsync();
        await UntilAsync(() => Maintenance.CountPasses() == 4);

        var times = Maintenance.Passes.Select(pass => pass.Now).ToList();
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.True(pair.Second - pair.First >= _options.Interval));
    }

    [Fact]
    public async Task Run_Steps_ArePausedBetween()
    {
        Maintenance.Script = _ => Enumerable.Repeat(One, 5);
        var pass = new RetentionPass(Maintenance, Options.Create(_options), _clock);

        var running = pass.RunAsync(Cancel);

        // Nothing follows the first step until the pause is over.
        Assert.Equal(1, Maintenance.Steps);
        _clock.Advance(_options.Pause - TimeSpan.FromMilliseconds(1));
        await Task.Yield();
        Assert.Equal(1, Maintenance.Steps);
        while (!running.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        Assert.Equal(new Removed { Events = 5 }, await running);
    }

    [Fact]
    public async Task Run_PassLastsLong_HurriesMoreAndMore()
    {
        _options.Pause = TimeSpan.FromSeconds(40);
        var began = _clock.GetTimestamp();
        List<TimeSpan> times = [];
        Maintenance.Script = _ => Steps();
        var running = new RetentionPass(Maintenance, Options.Create(_options), _clock).RunAsync(Cancel);
        while (!running.IsCompleted)
        {
            Cancel.ThrowIfCancellationRequested();
            if (_clock.IsAwaited)
            {
                _clock.Advance(TimeSpan.FromMilliseconds(20));
            }

            await Task.Yield();
        }

        await running;
        Assert.All(times.Zip(times.Skip(1)), pair =>
            Assert.Equal(40 / Math.Min(8, 1 + (pair.First.TotalMinutes / 10)), (pair.Second - pair.First).TotalSeconds, tolerance: 0.02));
        Assert.Equal(5, (times[^1] - times[^2]).TotalSeconds, tolerance: 0.02);

        IEnumerable<Removed> Steps()
        {
            for (var at = TimeSpan.Zero; at < TimeSpan.FromMinutes(90); at = _clock.GetElapsedTime(began))
            {
                times.Add(at);
                yield return One;
            }
        }
    }

    [Fact]
    public async Task Run_SlowStep_PausesAsLong()
    {
        Maintenance.Script = _ => Slow();
        var pass = new RetentionPass(Maintenance, Options.Create(_options), _clock);

        var running = pass.RunAsync(Cancel);

        Assert.Equal(1, Maintenance.Steps);
        _clock.Advance(TimeSpan.FromMilliseconds(99));
        await Task.Yield();
        Assert.Equal(1, Maintenance.Steps);
        while (!running.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        Assert.Equal(2, Maintenance.Steps);

        IEnumerable<Removed> Slow()
        {
            for (var i = 0; i < 2; i++)
            {
                _clock.Advance(TimeSpan.FromMilliseconds(100));
                yield return One;
            }
        }
    }

    [Fact]
    public async Task Run_Failures_AreToldAndTheNextPassGoesOn()
    {
        Maintenance.Script = pass => pass switch
        {
            0 => throw new StorageUnavailableException("disk full") { NoRoom = true },
            1 => throw new InvalidOperationException("unforeseen"),
            _ => [One],
        };
        await StartAsync();

        await UntilAsync(() => _log.Entries.Any(entry => entry.Id.Id == 1800));

        Assert.Equal(
            [(LogLevel.Warning, 1801), (LogLevel.Error, 1802), (LogLevel.Information, 1800)],
            _log.Entries.Select(entry => (entry.Level, entry.Id.Id)));
        Assert.Contains("1 events", _log.Entries.Last().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NothingExpired_SaysNothing()
    {
        Maintenance.Script = _ => [default, default];
        await StartAsync();

        await UntilAsync(() => Maintenance.CountPasses() == 3);

        Assert.Empty(_log.Entries);
    }

    [Fact]
    public async Task Run_ClockWasSetAhead_WaitsADayAndSaysWhy()
    {
        await StartAsync();
        await UntilAsync(() => Maintenance.CountPasses() == 1);
        var leapt = _clock.GetTimestamp();
        _clock.Step(TimeSpan.FromDays(60));

        await UntilAsync(() => Maintenance.CountPasses() == 2);

        // The leap is noticed at the next pass that would have been.
        Assert.InRange(_clock.GetElapsedTime(leapt), ClockLeaps.Doubt, ClockLeaps.Doubt + (3 * _options.Interval));
        Assert.Equal((LogLevel.Warning, 1803), _log.Entries.Select(entry => (entry.Level, entry.Id.Id)).Single());
    }

    private Task StartAsync()
    {
        var options = Options.Create(_options);
        _worker = new RetentionWorker(
            new RetentionPass(Maintenance, options, _clock), options, _clock, TestMetrics.Create(),
            _loggers.CreateLogger<RetentionWorker>());
        return _worker.StartAsync(Cancel);
    }

    private async Task UntilAsync(Func<bool> reached)
    {
        while (!reached())
        {
            Cancel.ThrowIfCancellationRequested();
            // Only while the worker waits: a clock that ran away from it would prove nothing.
            if (_clock.IsAwaited)
            {
                _clock.Advance(TimeSpan.FromSeconds(10));
            }

            await Task.Yield();
        }
    }
}
