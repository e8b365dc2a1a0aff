using ControlPlane.Storage;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Maintenance;

/// <summary>
/// Removes everything that has expired by now, at a pace that publishers do not notice. A pass that lasts long, because more expires
/// than that pace keeps up with, hurries more and more. After a step that took long, because commits do, it waits for as long as that
/// took, but for no more than a second. Where steps take long, only removing more in each helps: when a pass lasted longer than what it
/// removed took to expire, steps of the next one are twice as large, and when it took little of that time, half as large.
/// </summary>
internal sealed class RetentionPass(IMaintenance maintenance, IOptions<RetentionOptions> options, TimeProvider clock)
{
    /// <summary>After this time a pass is twice as fast as at first, after as much again three times, and so on.</summary>
    private static readonly TimeSpan Leisure = TimeSpan.FromMinutes(10);

    private const double MostHaste = 8;
    private const int LargestSteps = 8;

    /// <summary>Below this share of the time that it has, a pass keeps up with steps of half the size, too.</summary>
    private const double Little = 0.25;

    /// <summary>How long the key of a portal session is known as expired before it is unknown.</summary>
    private static readonly TimeSpan ExpiredSessions = TimeSpan.FromDays(1);

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private long? _lastBegan;
    private int _steps = 1;

    public async Task<Removed> RunAsync(CancellationToken stopping)
    {
        var settings = options.Value;
        var now = clock.GetStoreNow();
        var terms = new RetentionTerms(
            now - settings.Payloads, now - settings.Metadata, settings.DeadLettersPerWebhook, now,
            Math.Min(settings.Batch * _steps, RetentionOptions.LargestBatch))
        {
            AuditBefore = now - settings.Audit,
            SessionsBefore = now - ExpiredSessions,
        };
        var removed = default(Removed);
        var began = clock.GetTimestamp();
        var started = began;
        await foreach (var step in maintenance.RemoveExpiredAsync(terms, stopping))
        {
            removed += step;
            var took = clock.GetElapsedTime(started);
            var wait = took < LongestWait ? took : LongestWait;
            var pause = settings.Pause / Math.Min(MostHaste, 1 + (clock.GetElapsedTime(began) / Leisure));
            await Task.Delay(wait > pause ? wait : pause, clock, stopping);
            started = clock.GetTimestamp();
        }

        Adapt(clock.GetElapsedTime(began), _lastBegan is { } last ? clock.GetElapsedTime(last, began) : null);
        _lastBegan = began;
        return removed;
    }

    /// <summary>Judges by how long a pass took for what had expired in which time how much the next one removes in a step.</summary>
    private void Adapt(TimeSpan took, TimeSpan? expiredIn)
    {
        if (took > expiredIn)
        {
            _steps = Math.Min(_steps * 2, LargestSteps);
        }
        else if (took < expiredIn * Little)
        {
            _steps = Math.Max(_steps / 2, 1);
        }
    }
}
