using System.Collections.Concurrent;
using ControlPlane.Server.Dispatching;
using ControlPlane.Storage;

namespace ControlPlane.Server.Deliveries.Redriving;

/// <summary>
/// Keeps redrives going: those just started, and at start those that the last stop or crash interrupted. Each is one process's job; where
/// there are several, those of a process that is gone are taken up by another.
/// </summary>
internal sealed class RedriveWorker : IHostedService, IDisposable
{
    /// <summary>Redrives at work at once.</summary>
    public const int Most = 100;

    /// <summary>Of those, one tenant's.</summary>
    public const int MostPerTenant = 5;

    private readonly AtOnce _atWork = new(Most, MostPerTenant);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, bool> _running = new(StringComparer.Ordinal);
    private readonly StorageEngine _store;
    private readonly NodeIdentity _node;
    private readonly TimeProvider _clock;
    private readonly RedriveRunner _runner;
    private readonly ILogger<RedriveWorker> _log;
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationToken _stopping;
    private readonly InFlightCounter _inFlight = new();

    public RedriveWorker(StorageEngine store, NodeIdentity node, RedriveRunner runner, TimeProvider clock, ILogger<RedriveWorker> log)
    {
        (_store, _node, _runner, _clock, _log) = (store, node, runner, clock, log);
        _stopping = _source.Token;
    }

    /// <summary>
    /// Sets a place aside for a redrive of a tenant, or of all (null); null if there is none. It is given back when what is returned is
    /// disposed of, which <see cref="Start"/> does when the redrive has ended.
    /// </summary>
    public IDisposable? Reserve(string? tenantId) => _atWork.TryEnter(tenantId ?? "");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _store.Ownership.JoinAsync(_node.NodeId, cancellationToken);
        await ResumeAsync(cancellationToken);
        if (_store.Ownership.IsShared)
        {
            _inFlight.Enter();
            _ = Task.Run(LookAsync, CancellationToken.None);
        }
    }

    /// <summary>Begins with a redrive that was just stored.</summary>
    public void Start(RedriveRecord redrive, IDisposable place)
    {
        RedrivingLog.Started(_log, redrive.Id, redrive.Matched, redrive.MaxRatePerSecond);
        Run(redrive, place, resumed: false);
    }

    /// <summary>Waits for the steps that have begun. No other follows.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _source.CancelAsync();
        await _inFlight.WhenNone();
    }

    public void Dispose() => _source.Dispose();

    /// <summary>Those that were begun go on, however many they are.</summary>
    private async Task ResumeAsync(CancellationToken cancellationToken)
    {
        foreach (var redrive in (await _store.Redrives.ListRunningAsync(cancellationToken)).Where(each => !_running.ContainsKey(each.Id)))
        {
            Run(redrive, Reserve(redrive.Filter.TenantId), resumed: true);
        }
    }

    /// <summary>Looks for those of processes that are gone.</summary>
    private async Task LookAsync()
    {
        using var timer = new PeriodicTimer(LookEvery, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping))
            {
                await TryResumeAsync();
            }
        }
        catch (OperationCanceledException)
        {
        }
        finally
        {
            _inFlight.Exit();
        }
    }

    private async Task TryResumeAsync()
    {
        try
        {
            await ResumeAsync(_stopping);
        }
        catch (StorageUnavailableException)
        {
            // Looked for again soon.
        }
    }

    private void Run(RedriveRecord redrive, IDisposable? place, bool resumed)
    {
        if (_running.TryAdd(redrive.Id, true))
        {
            _inFlight.Enter();
            _ = Task.Run(() => RunAsync(redrive, place, resumed), CancellationToken.None);
        }
        else
        {
            place?.Dispose();
        }
    }

    private async Task RunAsync(RedriveRecord redrive, IDisposable? place, bool resumed)
    {
        try
        {
            var job = $"redrive {redrive.Id}";
            if (await _store.Ownership.TryTakeJobAsync(job, _stopping))
            {
                if (resumed)
                {
                    RedrivingLog.Resumed(_log, redrive.Id, redrive.Retried, redrive.Matched);
                }

                await _runner.RunAsync(redrive, _stopping);
                await _store.Ownership.GiveJobAsync(job, CancellationToken.None);
            }
        }
        catch (Exception e) when (e is StorageUnavailableException || _stopping.IsCancellationRequested)
        {
            // Taken up again soon, here or elsewhere.
        }
        finally
        {
            _running.TryRemove(redrive.Id, out _);
            place?.Dispose();
            _inFlight.Exit();
        }
    }
}
