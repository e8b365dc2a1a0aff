namespace ControlPlane.Server.Access;

/// <summary>Flushes the last uses of keys once a minute and when the server stops.</summary>
internal sealed class ApiKeyUseWorker(ApiKeyUse use, TimeProvider clock, ILogger<ApiKeyUseWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        // One small write, also when others have used up the time to stop: cancelled, it would end the process with an exception.
        await FlushAsync(CancellationToken.None);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await FlushAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping; the rest is flushed by StopAsync.
        }
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await use.FlushAsync(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            AccessLog.LastUseNotStored(logger, e);
        }
    }
}
