using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace ControlPlane.Server.Api.Standard;

/// <summary>
/// Reports the server and all its services SERVING once every hosted service has started, and NOT_SERVING before the first one
/// stops, so that callers turn away while calls can still be finished.
/// </summary>
internal sealed class HealthLifetime(HealthState state, DescriptorCatalog catalog) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var service in catalog.Services)
        {
            state.Set(service, ServingStatus.Serving);
        }

        state.Set(HealthState.WholeServer, ServingStatus.Serving);
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        state.Shutdown();
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
