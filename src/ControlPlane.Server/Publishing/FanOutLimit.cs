using ControlPlane.Egress;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Publishing;

/// <summary>
/// Keeps the deliveries of one tenant's events from holding everybody up. An acknowledged event has all its deliveries, so a call is answered when the
/// last is stored; their number is bounded, and large fan-outs go to the store one at a time, tenants in turn, with as much time for everything else
/// after each as it took.
/// </summary>
internal sealed class FanOutLimit(BacklogLimit backlog, IOptions<PublishingOptions> options, TimeProvider clock)
{
    /// <summary>From so many deliveries on a fan-out waits for its turn: storing fewer takes no longer than a few commits.</summary>
    private const int Large = 250;

    private const int FiltersPerDelivery = 10;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly TenantGate _turns = new(atOnce: 1, atOncePerTenant: 1);

    public BacklogLimit Backlog => backlog;

    /// <summary>How many deliveries a call may add.</summary>
    public int MaxFanOut => options.Value.MaxFanOut;

    /// <summary>How many filters a call may have judged: one takes a small part of what a delivery does.</summary>
    public int MaxFilters => Math.Min(MaxFanOut, int.MaxValue / FiltersPerDelivery) * FiltersPerDelivery;

    /// <summary>Waits until deliveries may be stored. What is returned is disposed when they are.</summary>
    public async ValueTask<IDisposable?> EnterAsync(string tenantId, int count, CancellationToken cancellationToken) =>
        count < Large ? null : new Turn(await _turns.EnterAsync(tenantId, cancellationToken), clock);

    private sealed class Turn(TenantGate.Pass pass, TimeProvider clock) : IDisposable
    {
        private readonly long _began = clock.GetTimestamp();

        // The caller is answered at once; the next large fan-out waits.
        public void Dispose() => _ = LeaveAsync(clock.GetElapsedTime(_began));

        private async Task LeaveAsync(TimeSpan taken)
        {
            await Task.Delay(taken < LongestPause ? taken : LongestPause, clock);
            pass.Dispose();
        }
    }
}
