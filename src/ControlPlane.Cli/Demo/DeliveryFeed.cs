using ControlPlane.Client;
using ControlPlane.V1;

namespace ControlPlane.Cli.Demo;

/// <summary>The latest state of every delivery, as the watch tells it.</summary>
internal sealed class DeliveryFeed(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Delivery> _latest = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Called with every change, in order.</summary>
    public Action<Delivery>? Changed { get; set; }

    /// <summary>The stream stands: nothing published from now on is missed.</summary>
    public Task Ready => _ready.Task;

    public IReadOnlyList<Delivery> Latest
    {
        get
        {
            lock (_lock)
            {
                return [.. _latest.Values];
            }
        }
    }

    /// <summary>Reads until cancelled.</summary>
    public async Task RunAsync(DeliveryWatch watch, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var message in watch.RunAsync(new WatchDeliveriesRequest(), cancellationToken))
            {
                _ready.TrySetResult();
                if (message.Delivery is { } delivery)
                {
                    Take(delivery);
                }
            }
        }
        catch (Exception e)
        {
            _ready.TrySetException(e);
            throw;
        }
    }

    /// <summary>Waits until <paramref name="condition"/> holds.</summary>
    /// <exception cref="DemoFailedException">It did not within <paramref name="limit"/>.</exception>
    public async Task UntilAsync(
        Func<IReadOnlyList<Delivery>, bool> condition, TimeSpan limit, string what, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            var changed = Volatile.Read(ref _changed).Task;
            if (condition(Latest))
            {
                return;
            }

            var left = limit - time.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
            {
                throw new DemoFailedException($"After {limit.TotalSeconds} s: {what}.");
            }

            try
            {
                await changed.WaitAsync(left, time, cancellationToken);
            }
            catch (TimeoutException)
            {
                // The next round looks once more and then gives up.
            }
        }
    }

    private void Take(Delivery delivery)
    {
        lock (_lock)
        {
            if (_latest.TryGetValue(delivery.Id, out var known) && known.Revision >= delivery.Revision)
            {
                return;
            }

            _latest[delivery.Id] = delivery;
        }

        Changed?.Invoke(delivery);
        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }
}
