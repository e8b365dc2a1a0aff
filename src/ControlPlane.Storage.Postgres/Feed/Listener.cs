using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>
/// Hears what other nodes notify, on a connection of its own that is made anew when it breaks. What is lost meanwhile is found by those
/// who also look now and then.
/// </summary>
internal sealed class Listener(Database database) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _hears = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private Task? _running;

    /// <summary>Called with what another node tells, one at a time.</summary>
    public event Action<StoreSignal>? Noticed;

    /// <summary>Called when another node left shards to be taken, or may have.</summary>
    public event Action? OwnershipNoticed;

    /// <summary>Called about every poll interval and whenever notices may have been lost.</summary>
    public event Func<CancellationToken, Task>? Look;

    /// <summary>Begins to listen, unless it has.</summary>
    public void Start()
    {
        lock (_lock)
        {
            _running ??= Task.Run(() => Task.WhenAll(ListenAsync(), PollAsync()));
        }
    }

    /// <summary>Begins to listen, and completes when what is told from then on is heard; after a poll interval in any case.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Start();
        await _hears.Task.WaitAsync(database.Options.PollEvery, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_running is not null)
        {
            await _running.ConfigureAwait(false);
        }

        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await using var connection = await database.Listening.OpenConnectionAsync(_stop.Token).ConfigureAwait(false);
                connection.Notification += (_, notification) => Take(notification.Payload);
                await using (var listen = new NpgsqlCommand("LISTEN " + UnitWriter.Channel, connection))
                {
                    await listen.ExecuteNonQueryAsync(_stop.Token).ConfigureAwait(false);
                }

                if (!_hears.TrySetResult())
                {
                    // What was told meanwhile is lost; the rest is looked for anyway.
                    OwnershipNoticed?.Invoke();
                }

                while (true)
                {
                    await connection.WaitAsync(_stop.Token).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
            }
            catch (Exception exception) when (Faults.IsOutage(exception) || exception is OperationCanceledException)
            {
                await Task.Delay(database.Options.PollEvery, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task PollAsync()
    {
        using var timer = new PeriodicTimer(database.Options.PollEvery, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                foreach (var look in Look?.GetInvocationList().Cast<Func<CancellationToken, Task>>() ?? [])
                {
                    await TryLookAsync(look).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Looks, and if it fails again at the next tick.</summary>
    private async Task TryLookAsync(Func<CancellationToken, Task> look)
    {
        try
        {
            await look(_stop.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is StorageUnavailableException || Faults.IsOutage(exception))
        {
        }
    }

    private void Take(string payload)
    {
        if (Notifications.IsOwnership(payload, database.EngineId))
        {
            OwnershipNoticed?.Invoke();
        }

        foreach (var signal in Notifications.Read(payload, database.EngineId))
        {
            Noticed?.Invoke(signal);
        }
    }
}
