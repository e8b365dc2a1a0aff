namespace ControlPlane.Storage.Postgres;

/// <summary>
/// Gives leases back of which nobody knows whether they were stored, since the connection broke before the commit was answered. Whoever
/// asked for them was told that the store is unavailable and does not use them.
/// </summary>
internal sealed class Doubts : IAsyncDisposable
{
    /// <summary>When to look: what the broken connection left behind can be committed a little later.</summary>
    private static readonly TimeSpan[] After = [TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(6)];

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private readonly CancellationTokenSource _stop = new();
    private readonly IDeliveryQueue _queue;
    private readonly PostgresSignals _signals;
    private readonly InFlight _inFlight = new();

    public Doubts(Transactions transactions, IDeliveryQueue queue, PostgresSignals signals)
    {
        (_queue, _signals) = (queue, signals);
        transactions.InDoubt += Take;
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
        if (leased.Count > 0 && _inFlight.TryEnter() is { } use)
        {
            _ = ResolveAsync(leased, use);
        }
    }

    private async Task ResolveAsync(List<DeliveryRecord> leased, IDisposable use)
    {
        using (use)
        {
            foreach (var after in After)
            {
                await Task.Delay(after, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                while (!_stop.IsCancellationRequested && !await TryReleaseAsync(leased).ConfigureAwait(false))
                {
                    await Task.Delay(Pause, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }

                foreach (var (tenantId, webhookId) in leased.Select(delivery => (delivery.TenantId, delivery.WebhookId)).Distinct())
                {
                    _signals.Raise(new StoreSignal.WorkWaiting(tenantId, webhookId));
                }
            }
        }
    }

    private async Task<bool> TryReleaseAsync(List<DeliveryRecord> leased)
    {
        try
        {
            await _queue.ReleaseAsync([.. leased.Select(delivery => new Lease(delivery.Id, delivery.Fence))], TimeSpan.Zero, CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (StorageUnavailableException)
        {
            return false;
        }
    }
}
