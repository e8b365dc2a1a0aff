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
            var dead = await database.ReadAsync(
                documents => Leases.ListDead(documents, owner, database.Clock.GetStoreNow()), cancellationToken).ConfigureAwait(false);
            if (dead.Count == 0)
            {
                return 0;
            }

            taken = await database.WriteAsync(session => Leases.Recover(session, dead, owner), cancellationToken).ConfigureAwait(false);
        }

        return taken;
    }

    public Task LeaveAsync(CancellationToken cancellationToken)
    {
        // There is nobody to hand over to: the next owner opens the file after this one closed it.
        _owner = null;
        return Task.CompletedTask;
    }
}
