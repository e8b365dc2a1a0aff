using ControlPlane.Server.Dispatching;
using ControlPlane.Storage;

namespace ControlPlane.Server.Deliveries.Redriving;

/// <summary>Walks one redrive to its end at its pace.</summary>
internal sealed class RedriveRunner(IRedriveStore store, Lanes lanes, TimeProvider clock, ILogger<RedriveRunner> log)
{
    private const double StepsPerSecond = 10;
    private const int LargestStep = 100;
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    /// <summary>Completes when the redrive has ended or the server stops; what is left then goes on after the next start.</summary>
    public async Task RunAsync(RedriveRecord redrive, CancellationToken stopping)
    {
        var limit = Math.Clamp((int)(redrive.MaxRatePerSecond / StepsPerSecond), 1, LargestStep);
        try
        {
            while (redrive.State == RedriveState.Running)
            {
                var (next, pause) = await StepAsync(redrive, limit, stopping);
                redrive = next;
                if (pause > TimeSpan.Zero && redrive.State == RedriveState.Running)
                {
                    await Task.Delay(pause, clock, stopping);
                }
            }

            RedrivingLog.Ended(log, redrive.Id, redrive.State, redrive.Matched, redrive.Retried, redrive.Skipped);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    private async Task<(RedriveRecord Redrive, TimeSpan Pause)> StepAsync(RedriveRecord redrive, int limit, CancellationToken stopping)
    {
        try
        {
            stopping.ThrowIfCancellationRequested();
            var batch = await store.RedriveBatchAsync(redrive.Id, limit, stopping)
                ?? throw new InvalidOperationException($"There is no redrive {redrive.Id}.");
            var now = clock.GetUtcNow();
            foreach (var (tenantId, webhookId) in batch.Retried.Select(delivery => (delivery.TenantId, delivery.WebhookId)).Distinct())
            {
                lanes.Expect(tenantId, webhookId, now);
            }

            return (batch.Redrive, TimeSpan.FromSeconds(batch.Retried.Count / redrive.MaxRatePerSecond));
        }
        catch (Exception e) when (e is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            RedrivingLog.StepFailed(log, e, redrive.Id);
            return (redrive, AfterFailure);
        }
    }
}
