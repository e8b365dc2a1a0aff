using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Memory;

/// <summary>Whoever joined last owns every webhook.</summary>
internal sealed class MemoryOwnership(MemorySession session) : IOwnership
{
    private const int AtMost = 1_000;

    public Task JoinAsync(string owner, CancellationToken cancellationToken)
    {
        session.Owner = owner;
        return Task.CompletedTask;
    }

    public Task<int> RecoverAsync(CancellationToken cancellationToken) => session.WriteAsync(
        state =>
        {
            var now = session.Now;
            var dead = state.Unfinished.Values.SelectMany(open => open).Select(position => state.Deliveries[position])
                .Where(stored => stored.LeaseUntil < now || (stored.LeaseUntil is not null && session.Owner is { } own && stored.Owner != own))
                .Take(AtMost).ToList();
            dead.ForEach(stored => state.Save(stored, DeliveryTransitions.Release(stored.Delivery, MemoryErasureStore.ReasonOf(state, stored), now, now)));
            return dead.Count;
        },
        cancellationToken);

    public Task LeaveAsync(CancellationToken cancellationToken)
    {
        session.Owner = null;
        return Task.CompletedTask;
    }
}
