using ControlPlane.Egress;
using Microsoft.Extensions.Options;

namespace ControlPlane.Server.Publishing;

/// <summary>
/// Keeps the deliveries of one tenant's events from holding everybody up. One commit takes them all, since an acknowledged event has
/// all its deliveries and an unacknowledged one none; so their number is bounded, and large fan-outs go to the store one at a time,
/// tenants in turn, with the writes of all others in between.
/// </summary>
internal sealed class FanOutLimit(BacklogLimit backlog, IOptions<PublishingOptions> options)
{
    /// <summary>From so many deliveries on a fan-out waits for its turn: storing fewer takes no longer than a few commits.</summary>
    private const int Large = 250;

    private readonly TenantGate _turns = new(atOnce: 1, atOncePerTenant: 1);

    public BacklogLimit Backlog => backlog;

    /// <summary>How many deliveries a call may add.</summary>
    public int MaxFanOut => options.Value.MaxFanOut;

    /// <summary>Waits until deliveries may be stored. What is returned is disposed when they are.</summary>
    public async ValueTask<TenantGate.Pass> EnterAsync(string tenantId, int count, CancellationToken cancellationToken) =>
        count < Large ? default : await _turns.EnterAsync(tenantId, cancellationToken);
}
