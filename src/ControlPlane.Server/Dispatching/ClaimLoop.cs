using ControlPlane.Server.Catalog;
using ControlPlane.Storage;

namespace ControlPlane.Server.Dispatching;

/// <summary>Claims due deliveries for the lanes that wait for them.</summary>
internal sealed class ClaimLoop(
    Lanes lanes, LeaseClaims claims, LeaseBook leases, WebhookCatalog catalog, TimeProvider clock, ILogger<ClaimLoop> log)
{
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);
    private readonly InFlightCounter _inFlight = new();

    /// <summary>Completes once the lanes have stopped and no claim is in flight any more.</summary>
    public async Task RunAsync()
    {
        await foreach (var claim in lanes.Claims.ReadAllAsync(CancellationToken.None))
        {
            if (!lanes.Stopping)
            {
                _inFlight.Enter();
                _ = ClaimAsync(claim);
            }
        }

        await _inFlight.WhenNone();
    }

    private async Task ClaimAsync(LaneClaim claim)
    {
        var lane = claim.Lane;
        try
        {
            var webhook = await catalog.FindAsync(lane.TenantId, lane.WebhookId, CancellationToken.None);
            if (webhook is { State: WebhookState.Active })
            {
                var (items, next) = await claims.ClaimAsync(lane, claim.Limit);
                lanes.Claimed(claim, webhook, items, next);
                return;
            }

            if (webhook is null)
            {
                // Nothing that waits for a deleted webhook is ever sent, and nobody else ends it.
                await leases.CancelOrphansAsync();
                lanes.Remove(lane);
            }

            lanes.Claimed(claim, null, [], clock.GetUtcNow() + Breath);
        }
        catch (Exception e)
        {
            DispatchingLog.ClaimFailed(log, e, lane.WebhookId);
            lanes.ClaimFailed(claim, clock.GetUtcNow() + AfterFailure);
        }
        finally
        {
            _inFlight.Exit();
        }
    }
}
