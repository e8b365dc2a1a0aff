using ControlPlane.Server.Dispatching;
using ControlPlane.Storage;

namespace ControlPlane.Server.Deliveries.Redriving;

/// <summary>Keeps redrives going: those just started, and at start those that the last stop or crash interrupted.</summary>
internal sealed class RedriveWorker : IHostedService, IDisposable
{
    /// <summary>Redrives at work at once.</summary>
    public const int Most = 100;

    /// <summary>Of those, one tenant's.</summary>
    public const int MostPerTenant = 5;

    private readonly AtOnce _atWork = new(Most, MostPerTenant);
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

    /// <summary>
    /// Sets a place aside for a redrive of a tenant, or of all (null); null if there is none. It is given back when what is returned is
    /// disposed of, which <see cref="Start"/> does when the redrive has ended.
    /// </summary>
    public IDisposable? Reserve(string? tenantId) => _atWork.TryEnter(tenantId ?? "");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var redrive in await _store.ListRunningAsync(cancellationToken))
        {
            RedrivingLog.Resumed(_log, redrive.Id, redrive.Retried, redrive.Matched);
            // Those that were begun go on, however many they are.
            Run(redrive, Reserve(redrive.Filter.TenantId));
        }
    }

    /// <summary>Begins with a redrive that was just stored.</summary>
    public void Start(RedriveRecord redrive, IDisposable place)
    {
        RedrivingLog.Started(_log, redrive.Id, redrive.Matched, redrive.MaxRatePerSecond);
        Run(redrive, place);
    }

    /// <summary>Waits for the steps that have begun. No other follows.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _source.CancelAsync();
        await _inFlight.WhenNone();
    }

    public void Dispose() => _source.Dispose();

    private void Run(RedriveRecord redrive, IDisposable? place)
    {
        _inFlight.Enter();
        _ = Task.Run(() => RunAsync(redrive, place), CancellationToken.None);
    }

    private async Task RunAsync(RedriveRecord redrive, IDisposable? place)
    {
        try
        {
            await _runner.RunAsync(redrive, _stopping);
        }
        finally
        {
            place?.Dispose();
            _inFlight.Exit();
        }
    }
}
