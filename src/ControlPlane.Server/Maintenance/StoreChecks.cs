using ControlPlane.Server.Api.Errors;
using ControlPlane.Storage;

namespace ControlPlane.Server.Maintenance;

/// <summary>Looks for damage in the store, one look at a time.</summary>
internal sealed class StoreChecks(EngineCapabilities capabilities, TimeProvider clock, ILogger<StoreChecks> log)
{
    private int _running;

    /// <exception cref="RequestException">Another check runs, or the engine has none.</exception>
    public async Task<(IReadOnlyList<string> Problems, TimeSpan Duration)> RunAsync(CancellationToken cancellationToken)
    {
        var integrity = capabilities.Integrity ?? throw Unsupported.Error("check", capabilities);
        if (Interlocked.Exchange(ref _running, 1) == 1)
        {
            throw RequestErrors.Aborted("CHECK_RUNNING", "The store is being checked already. Wait until that is done.");
        }

        try
        {
            var started = clock.GetTimestamp();
            var problems = await integrity.CheckAsync(cancellationToken);
            var duration = clock.GetElapsedTime(started);
            MaintenanceLog.Checked(log, problems.Count, duration.TotalSeconds);
            return (problems, duration);
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }
}
