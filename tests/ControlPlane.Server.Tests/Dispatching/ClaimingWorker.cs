using ControlPlane.Server.Dispatching;
using Microsoft.Extensions.Hosting;

namespace ControlPlane.Server.Tests.Dispatching;

/// <summary>Stands where the <see cref="DispatchWorker"/> does: lanes claim what waits for an active webhook, but nothing is sent.</summary>
internal sealed class ClaimingWorker(ClaimLoop claims, Lanes lanes) : IHostedService
{
    private Task _claiming = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _claiming = claims.RunAsync();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        lanes.Stop();
        return _claiming;
    }
}
