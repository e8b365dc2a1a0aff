using ControlPlane.Server.Dispatching;
using ControlPlane.Storage;

namespace ControlPlane.Server.Deliveries.Redriving;

/// <summary>Keeps redrives going: those just started, and at start those that the last stop or crash interrupted.</summary>
internal sealed class RedriveWorker : IHostedService, IDisposable
{
    private const int Most = 100;
    private readonly IRedriveStore _store;
    private readonly RedriveRunner _runner;
    private readonly ILogger<RedriveWorker> _log;
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationToken _stopping;
    private readonly InFlightCounter _inFlight = new();

    public RedriveWorker(IRedriveStore store, RedriveRunner runner, ILogger<RedriveWorker> log)
    {
        (_store, _runner, _log) = (store, runner, log);
        _stopping = _source.Token;
    }

    /// <summary>Whether another redrive can be started.</summary>
    public bool HasRoom => _inFlight.Count < Most;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var redrive in await _store.ListRunningAsync(cancellationToken))
        {
            RedrivingLog.Resumed(_log, redrive.Id, redrive.Retried, redrive.Matched);
            Run(redrive);
        }
    }

    /// <summary>Begins with a redrive that was just stored.</summary>
    public void Start(RedriveRecord redrive)
    {
        RedrivingLog.Started(_log, redrive.Id, redrive.Matched, redrive.MaxRatePerSecond);
        Run(redrive);
    }

    /// <summary>Waits for the steps under way; no other follows.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _source.CancelAsync();
        await _inFlight.WhenNone();
    }

    public void Dispose() => _source.Dispose();

    private void Run(RedriveRecord redrive)
    {
        _inFlight.Enter();
        _ = Task.Run(() => RunAsync(redrive), CancellationToken.None);
    }

    private async Task RunAsync(RedriveRecord redrive)
    {
        try
        {
            await _runner.RunAsync(redrive, _stopping);
        }
        finally
        {
            _inFlight.Exit();
        }
    }
}
