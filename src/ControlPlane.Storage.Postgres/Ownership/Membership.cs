namespace ControlPlane.Storage.Postgres;

/// <summary>
/// This process among the nodes. It says that it is there well before its lease ends, takes over from nodes that are gone, and takes and
/// gives up shards so that each node has its part.
/// </summary>
internal sealed class Membership : IAsyncDisposable
{
    /// <summary>How often a node says that it is there, and looks for those that are not, within a lease: one that is late does no harm.</summary>
    internal const int RenewalsPerLease = 5;

    private readonly Transactions _transactions;
    private readonly Listener _listener;
    private readonly Shares _shares;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _one = new(1);
    private Task? _running;
    private string? _name;

    public Membership(Transactions transactions, Shares shares, Listener listener)
    {
        (_transactions, _shares, _listener) = (transactions, shares, listener);
        listener.OwnershipNoticed += Hurry;
        // Not between renewals: they can be among those who wait for such a session.
        listener.Look += cancellationToken => FrozenSessions.EndAsync(transactions.Database, cancellationToken);
    }

    private Holdings Holdings => _transactions.Holdings;

    private TimeSpan Lease => _transactions.Database.Options.NodeLease;

    public Task JoinAsync(string name, CancellationToken cancellationToken) => AloneAsync(
        async () =>
        {
            if (_name == name)
            {
                return;
            }

            await LeaveAsync().ConfigureAwait(false);
            await _listener.StartAsync(cancellationToken).ConfigureAwait(false);
            await EnterAsync(name).ConfigureAwait(false);
            _name = name;
            _running ??= Task.Run(KeepAsync, CancellationToken.None);
        },
        cancellationToken);

    public Task LeaveAsync(CancellationToken cancellationToken) => AloneAsync(LeaveAsync, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_running is not null)
        {
            await _running.ConfigureAwait(false);
        }

        _stop.Dispose();
        _one.Dispose();
    }

    private async Task KeepAsync()
    {
        using var timer = new PeriodicTimer(Lease / RenewalsPerLease, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                await TryRenewAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Another node left or gave shards up, or may have: what is free is taken at once.</summary>
    private void Hurry()
    {
        if (_name is not null)
        {
            _ = TryRenewAsync();
        }
    }

    private async Task TryRenewAsync()
    {
        try
        {
            await AloneAsync(RenewAsync, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is StorageUnavailableException or ObjectDisposedException || _stop.IsCancellationRequested)
        {
            // Tried again with the next tick. If it is too late then, another node has taken over.
        }
    }

    private async Task RenewAsync()
    {
        if (_name is not { } name)
        {
            return;
        }

        var epoch = Holdings.Epoch;
        if (epoch > 0 && await _shares.RenewAsync(epoch, Lease).ConfigureAwait(false))
        {
            await _shares.BalanceAsync(name, epoch).ConfigureAwait(false);
            return;
        }

        if (epoch > 0)
        {
            Holdings.Lose(name);
        }

        await EnterAsync(name).ConfigureAwait(false);
    }

    private async Task LeaveAsync()
    {
        _name = null;
        if (Holdings.Epoch is > 0 and var epoch)
        {
            await _shares.LeaveAsync(epoch).ConfigureAwait(false);
        }

        if (Holdings.Joined)
        {
            Holdings.Clear();
        }
    }

    /// <summary>Begins to be a node, as a new one that owns nothing of before.</summary>
    private async Task EnterAsync(string name)
    {
        Holdings.Set(name, 0);
        var epoch = await _shares.EnterAsync(name, Lease).ConfigureAwait(false);
        await _shares.BalanceAsync(name, epoch).ConfigureAwait(false);
    }

    private async Task AloneAsync(Func<Task> action, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await action().ConfigureAwait(false);
        }
        finally
        {
            _one.Release();
        }
    }
}
