using System.Collections.Concurrent;
using ControlPlane.Testing;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Cluster.Tests;

/// <summary>A watch that goes on with its last token whenever it breaks, as clients do.</summary>
internal sealed class LastingWatch : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _over = new();
    private readonly ConcurrentDictionary<string, Delivery> _latest = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Clients _clients;
    private readonly WatchDeliveriesRequest _request;
    private readonly Task _running;
    private long _revision;

    private LastingWatch(Clients clients, WatchDeliveriesRequest request)
    {
        (_clients, _request) = (clients, request);
        _running = RunAsync();
    }

    /// <summary>The last that was shown of each delivery.</summary>
    public IReadOnlyDictionary<string, Delivery> Latest => _latest;

    /// <summary>How often it had to go on.</summary>
    public int Breaks { get; private set; }

    /// <summary>What was shown that was not later than what was shown before.</summary>
    public ConcurrentQueue<Delivery> OutOfOrder { get; } = new();

    /// <summary>Begins to watch and waits until it does. The clients have a platform key, which alone is shown revisions.</summary>
    public static async Task<LastingWatch> StartAsync(Clients clients, WatchDeliveriesRequest request)
    {
        var watch = new LastingWatch(clients, request);
        await watch._ready.Task.WaitAsync(Eventually.Limit, TimeProvider.System, TestContext.Current.CancellationToken);
        return watch;
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _running;
        _over.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_over.IsCancellationRequested)
        {
            try
            {
                using var call = _clients.Deliveries.WatchDeliveries(_request, cancellationToken: _over.Token);
                await foreach (var message in call.ResponseStream.ReadAllAsync(CancellationToken.None))
                {
                    Take(message);
                }
            }
            catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled or StatusCode.Unknown)
            {
                // Where it broke, the token of the last message leads on.
            }

            Breaks++;
            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
    }

    private void Take(WatchDeliveriesResponse message)
    {
        _ready.TrySetResult();
        _request.ResumeToken = message.ResumeToken;
        if (message.Delivery is not { } delivery)
        {
            return;
        }

        if (delivery.Revision <= _revision)
        {
            OutOfOrder.Enqueue(delivery);
        }

        _revision = delivery.Revision;
        _latest[delivery.Id] = delivery;
    }
}
