namespace ControlPlane.Storage.LiteDb;

/// <summary>Whoever has the file open owns every webhook, so the leases of all others are dead.</summary>
internal sealed class LiteDbOwnership(LiteDbDatabase database) : IOwnership
{
    private volatile string? _owner;

    public Task JoinAsync(string owner, CancellationToken cancellationToken)
    {
        _owner = owner;
        return Task.CompletedTask;
    }

    public async Task<int> RecoverAsync(CancellationToken cancellationToken)
    {
        // Again if all that was found was taken back or prolonged by others meanwhile: 0 says that there are no more.
        var (owner, taken) = (_owner, 0);
        while (taken == 0)
        {
            var dead = await FindDeadAsync(owner, cancellationToken).ConfigureAwait(false);
            if (dead.Count == 0)
            {
                return 0;
            }

            taken = await database.WriteAsync("", dead.Count, session => Leases.Recover(session, dead, owner), cancellationToken).ConfigureAwait(false);
        }

        return taken;
    }

    public Task LeaveAsync(CancellationToken cancellationToken)
    {
        // There is nobody to hand over to: the next owner opens the file after this one closed it.
        _owner = null;
        return Task.CompletedTask;
    }

    /// <summary>Finds dead leases, at most about twice as many as are taken back at once. Looks at some at a time, as the writer waits for each read.</summary>
    private async Task<List<long>> FindDeadAsync(string? owner, CancellationToken cancellationToken)
    {
        // Before those that have been leased for a while: it can become one of them meanwhile.
        var latest = await database.ReadAsync(documents => documents.Recent.Leased.ToList(), cancellationToken).ConfigureAwait(false);
        var dead = new List<long>();
        for (long? next = long.MinValue; next is { } from && dead.Count < Leases.RecoverAtOnce;)
        {
            var leased = await database.ReadAsync(
                documents => LeasedWalk.Old(documents, from, Leases.Holder).Take(Leases.RecoverAtOnce).ToList(), cancellationToken).ConfigureAwait(false);
            dead.AddRange(Leases.DeadOf(leased, owner, database.Clock.GetStoreNow()));
            next = leased.Count == Leases.RecoverAtOnce ? leased[^1].Seq() + 1 : null;
        }

        for (var looked = 0; looked < latest.Count && dead.Count < Leases.RecoverAtOnce; looked += Leases.RecoverAtOnce)
        {
            var some = latest.Skip(looked).Take(Leases.RecoverAtOnce);
            var leased = await database.ReadAsync(
                documents => documents.FindEach(Collections.Deliveries, some, Leases.Holder).ToList(), cancellationToken).ConfigureAwait(false);
            dead.AddRange(Leases.DeadOf(leased, owner, database.Clock.GetStoreNow()));
        }

        return dead;
    }
}
