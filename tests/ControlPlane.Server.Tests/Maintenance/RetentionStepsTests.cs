using ControlPlane.Server.Maintenance;
using ControlPlane.Storage;
using ControlPlane.Testing;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Tests.Maintenance;

/// <summary>How much retention removes in a step.</summary>
public sealed class RetentionStepsTests
{
    private readonly TestClock _clock = new();
    private readonly RetentionOptions _options = new();

    private ScriptedMaintenance Maintenance { get; } = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_PassesLastLongerThanWhatTheyRemoveTookToExpire_LargerStepsUntilTheyDoNot()
    {
        // The first has nothing to be held against; the second and third took longer than it was since the one before began.
        int[] seconds = [10, 30, 60, 45, 10, 4, 1, 1, 1, 1];
        Maintenance.Script = pass => Last(seconds[pass]);
        var retention = new RetentionPass(Maintenance, Options.Create(_options), _clock);
        foreach (var _ in seconds)
        {
            await RunAsync(retention);
            _clock.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.Equal([1, 1, 2, 4, 4, 2, 1, 1, 1, 1], Maintenance.Passes.Select(pass => pass.Batch / _options.Batch));
    }

    [Fact]
    public async Task Run_PassesNeverKeepUp_StepsAreEightTimesAsLargeAtMost()
    {
        Maintenance.Script = pass => Last(1 << pass);
        var retention = new RetentionPass(Maintenance, Options.Create(_options), _clock);
        for (var i = 0; i < 10; i++)
        {
            await RunAsync(retention);
        }

        Assert.Equal(8 * _options.Batch, Maintenance.Passes[^1].Batch);
    }

    private async Task RunAsync(RetentionPass pass)
    {
        var running = pass.RunAsync(Cancel);
        while (!running.IsCompleted)
        {
            Cancel.ThrowIfCancellationRequested();
            // Only while the pass waits: a clock that ran away from it would make it longer than it is.
            if (_clock.IsAwaited)
            {
                _clock.Advance(TimeSpan.FromMilliseconds(1));
            }

            await Task.Yield();
        }

        await running;
    }

    /// <summary>A step that takes so many seconds.</summary>
    private IEnumerable<Removed> Last(int time)
    {
        _clock.Advance(TimeSpan.FromSeconds(time));
        yield return new Removed { Events = 1 };
    }
}
