namespace ControlPlane.Storage.Postgres;

/// <summary>
/// Gives leases back of which nobody knows whether they were stored, since the connection broke before the commit was answered. Whoever
/// asked for them was told that the store is unavailable and does not use them. Those that could not be given back when somebody wanted to
/// are given back here too: nobody uses them, and until they ran out nobody else could.
/// </summary>
internal sealed class Doubts : IAsyncDisposable
{
    /// <summary>When to look: what the broken connection left behind can be committed a little later.</summary>
    private static readonly TimeSpan[] After = [TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(6)];

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private readonly CancellationTokenSource _stop = new();
    private readonly PostgresDeliveryQueue _queue;
    private readonly PostgresSignals _signals;
    private readonly InFlight _inFlight = new();

    public Doubts(Transactions transactions, PostgresDeliveryQueue queue, PostgresSignals signals)
    {
        (_queue, _signals) = (queue, signals);
        transactions.InDoubt += Take;
        queue.NotReleased += leases => Take([.. leases], []);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _inFlight.CloseAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private void Take(Unit unit)
    {
        var leased = unit.Changes.Where(change => change.Owner is not null).Select(change => change.Delivery).ToList();
        Take(
            [.. leased.Select(delivery => new Lease(delivery.Id, delivery.Fence))],
            [.. leased.Select(delivery => new StoreSignal.WorkWaiting(delivery.TenantId, delivery.WebhookId)).Distinct()]);
    }

    private void Take(IReadOnlyList<Lease> leases, IReadOnlyList<StoreSignal.WorkWaiting> waiting)
    {
        if (leases.Count > 0 && _inFlight.TryEnter() is { } use)
        {
            _ = ResolveAsync(leases, waiting, use);
        }
    }

    private async Task ResolveAsync(IReadOnlyList<Lease> leases, IReadOnlyList<StoreSignal.WorkWaiting> waiting, IDisposable use)
    {
        using (use)
        {
            foreach (var after in After)
            {
                await Task.Delay(after, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                while (!_stop.IsCancellationRequested && !await TryReleaseAsync(leases).ConfigureAwait(false))
                {
                    await Task.Delay(Pause, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }

                foreach (var signal in waiting)
                {
                    _signals.Raise(signal);
                }
            }
        }
    }

    private async Task<bool> TryReleaseAsync(IReadOnlyList<Lease> leases)
    {
        try
        {
            await _queue.ReleaseNowAsync(leases, TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (StorageUnavailableException)
        {
            return false;
        }
    }
}
