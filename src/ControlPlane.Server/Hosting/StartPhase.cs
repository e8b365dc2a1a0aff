namespace ControlPlane.Server.Hosting;

/// <summary>
/// Knows whether the start is over. Until then the host's own Error lines are left out of the log: what they tell of leaves
/// <c>RunAsync</c> as well, and <see cref="StartupErrors"/> has one line for it where they have a stack trace.
/// </summary>
internal sealed class StartPhase : IHostedLifecycleService
{
    private volatile bool _over;

    public bool IsOver => _over;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _over = true;
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
