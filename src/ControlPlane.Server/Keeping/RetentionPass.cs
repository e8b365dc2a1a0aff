using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Keeping;

/// <summary>
/// Removes everything that has expired by now, at a steady pace. After a step that took long, because commits do, it waits for as long
/// as that took, but for no more than a second.
/// </summary>
internal sealed class RetentionPass(IMaintenance maintenance, IOptions<RetentionOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

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
            var took = clock.GetElapsedTime(started);
            var wait = took < LongestWait ? took : LongestWait;
            await Task.Delay(wait > settings.Pause ? wait : settings.Pause, clock, stopping);
            started = clock.GetTimestamp();
        }

        return removed;
    }
}
