using ControlPlane.Server.Dispatching;
using ControlPlane.Storage;

namespace ControlPlane.Server.Deliveries.Redriving;

/// <summary>Walks one redrive to its end at its pace.</summary>
internal sealed class RedriveRunner(IRedriveStore store, ReplayWalk replays, Lanes lanes, TimeProvider clock, ILogger<RedriveRunner> log)
{
    private const double StepsPerSecond = 10;
    private const int LargestStep = 100;
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    /// <summary>How long a replay waits while there are too many deliveries that have not ended.</summary>
    private static readonly TimeSpan WhileFull = TimeSpan.FromSeconds(5);

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
            var began = clock.GetTimestamp();
            var batch = redrive.Replay is not null
                ? await replays.StepAsync(redrive.Id, limit, stopping)
                : await store.RedriveBatchAsync(redrive.Id, limit, stopping)
                    ?? throw new InvalidOperationException($"There is no redrive {redrive.Id}.");
            if (batch is null)
            {
                return (redrive, WhileFull);
            }

            var now = clock.GetUtcNow();
            foreach (var (tenantId, webhookId) in batch.Retried.Select(delivery => (delivery.TenantId, delivery.WebhookId)).Distinct())
            {
                lanes.Expect(tenantId, webhookId, now);
            }

            // What looks at much and finds little rests as long as it works.
            var pace = TimeSpan.FromSeconds(batch.Retried.Count / redrive.MaxRatePerSecond);
            var rest = clock.GetElapsedTime(began);
            return (batch.Redrive, pace > rest ? pace : rest);
        }
        catch (Exception e) when (e is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            RedrivingLog.StepFailed(log, e, redrive.Id);
            return (redrive, AfterFailure);
        }
    }
}
