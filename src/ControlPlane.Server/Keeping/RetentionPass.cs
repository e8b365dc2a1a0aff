using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Keeping;

/// <summary>
/// Removes everything that has expired by now. After each step it pauses several times as long as the step took: under load steps
/// take longer, because they wait for the same commits as everybody else, so it gives way.
/// </summary>
internal sealed class RetentionPass(IMaintenance maintenance, IOptions<RetentionOptions> options, TimeProvider clock)
{
    private const int PausePerStep = 4;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    public async Task<Removed> RunAsync(CancellationToken stopping)
    {
        var settings = options.Value;
        var now = clock.GetStoreNow();
        var terms = new RetentionTerms(
            now - settings.Payloads, now - settings.Metadata, settings.DeadLettersPerWebhook, now, settings.Batch);
        var removed = default(Removed);
        var started = clock.GetTimestamp();
        await foreach (var step in maintenance.RemoveExpiredAsync(terms, stopping))
        {
            removed += step;
            var pause = clock.GetElapsedTime(started) * PausePerStep;
            await Task.Delay(pause < ShortestPause ? ShortestPause : pause > LongestPause ? LongestPause : pause, clock, stopping);
            started = clock.GetTimestamp();
        }

        return removed;
    }
}
