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

    /// <summary>Finds some dead leases, if there are any. Looks at some at a time, as the writer waits for each read.</summary>
    private async Task<IReadOnlyList<long>> FindDeadAsync(string? owner, CancellationToken cancellationToken)
    {
        var leased = await database.ReadAsync(documents => LeasedWalk.Positions(documents).ToList(), cancellationToken).ConfigureAwait(false);
        foreach (var some in leased.Chunk(Leases.RecoverAtOnce))
        {
            var dead = await database.ReadAsync(
                documents => Leases.FindDead(documents, some, owner, database.Clock.GetStoreNow()).ToList(), cancellationToken).ConfigureAwait(false);
            if (dead.Count > 0)
            {
                return dead;
            }
        }

        return [];
    }
}
