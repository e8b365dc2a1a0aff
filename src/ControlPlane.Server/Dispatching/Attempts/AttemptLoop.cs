using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Dispatching;

/// <summary>Takes turns and makes an attempt with each.</summary>
internal sealed class AttemptLoop(
    Turns turns, Lanes lanes, AttemptRunner runner, IOptions<DispatchingOptions> options, TimeProvider clock, ILogger<AttemptLoop> log)
    : IDisposable
{
    private readonly CancellationTokenSource _cutOff = new();
    private readonly InFlightCounter _inFlight = new();
    private volatile Exception? _fault;

    /// <summary>Attempts under way.</summary>
    public int InFlight => _inFlight.Count;

    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            while (turns.TryTake(out var turn))
            {
                // On threads of the pool: the next turn shall not wait until this one's request is signed and sent.
                ThreadPool.UnsafeQueueUserWorkItem(turn => _ = RunAsync(turn), turn, preferLocal: false);
            }

            await turns.WaitAsync(stopping);
            if (_fault is { } fault)
            {
                throw new InvalidOperationException("An attempt ended by a fault of the server.", fault);
            }
        }
    }

    /// <summary>Says how much is left to drain. The lanes were stopped, so nothing new begins.</summary>
    public void Stop(int givenBack) => DispatchingLog.Draining(log, _inFlight.Count, givenBack);

    /// <summary>Waits for the requests in flight, and cuts off those that do not end in time.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.Value.DrainTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var draining = _inFlight.WhenNone();
        try
        {
            await draining.WaitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            DispatchingLog.CutOff(log, _inFlight.Count);
            await _cutOff.CancelAsync();
            await draining;
        }
    }

    public void Dispose() => _cutOff.Dispose();

    private async Task RunAsync(Turn turn)
    {
        // Counted before looking, so that a stop either keeps the request from being begun or waits for it.
        _inFlight.Enter();
        try
        {
            if (!lanes.Stopping && lanes.Start(turn.Lane) is { } item)
            {
                await runner.RunAsync(turn, item, _cutOff.Token);
            }
        }
        catch (Exception e)
        {
            _fault = e;
        }
        finally
        {
            turns.End(turn);
            _inFlight.Exit();
        }
    }
}
