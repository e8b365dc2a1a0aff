using System.Threading.Channels;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Testing;

/// <summary>Reads a WatchDeliveries stream in the background and keeps all its messages.</summary>
public sealed class Watcher : IAsyncDisposable
{
    private readonly CancellationTokenSource _done;
    private readonly AsyncServerStreamingCall<WatchDeliveriesResponse> _call;
    private readonly Channel<WatchDeliveriesResponse> _unread = Channel.CreateUnbounded<WatchDeliveriesResponse>();
    private readonly List<WatchDeliveriesResponse> _seen = [];
    private readonly Task<RpcException?> _reading;

    private Watcher(Clients clients, WatchDeliveriesRequest request)
    {
        _done = new CancellationTokenSource();
        _call = clients.Deliveries.WatchDeliveries(request, cancellationToken: _done.Token);
        _reading = ReadAsync();
    }

    /// <summary>The messages that were waited for and those that were passed over, in order.</summary>
    public IReadOnlyList<WatchDeliveriesResponse> Seen => _seen;

    public IReadOnlyList<Delivery> Deliveries => [.. _seen.Where(m => m.Delivery is not null).Select(m => m.Delivery)];

    /// <summary>Begins to watch and waits for <c>ready</c>.</summary>
    public static async Task<Watcher> StartAsync(Clients clients, WatchDeliveriesRequest? request = null)
    {
        var watcher = new Watcher(clients, request ?? new());
        var first = await watcher.NextAsync();
        Assert.True(first.Ready is not null, $"The first message is not ready: {first}");
        return watcher;
    }

    /// <summary>Begins a watch that the server must refuse.</summary>
    public static async Task<Refusal> RefusedAsync(Clients clients, WatchDeliveriesRequest request)
    {
        await using var watcher = new Watcher(clients, request);
        return Refusal.Of(await watcher.EndAsync() ?? throw new InvalidOperationException("The stream ended with OK."));
    }

    public async Task<WatchDeliveriesResponse> NextAsync()
    {
        var more = await Eventually.InTimeAsync(_unread.Reader.WaitToReadAsync().AsTask(), "a message of the watch");
        Assert.True(more, $"The watch ended: {(_reading.IsCompleted ? (await _reading)?.Status : null)}");
        Assert.True(_unread.Reader.TryRead(out var message));
        _seen.Add(message);
        return message;
    }

    /// <summary>Reads on until a message fulfils a condition.</summary>
    public async Task<WatchDeliveriesResponse> UntilAsync(Func<WatchDeliveriesResponse, bool> condition)
    {
        while (true)
        {
            if (await NextAsync() is var message && condition(message))
            {
                return message;
            }
        }
    }

    /// <summary>Reads on until a delivery is in a state.</summary>
    public async Task<Delivery> UntilAsync(string deliveryId, DeliveryState state) =>
        (await UntilAsync(m => m.Delivery is { } d && d.Id == deliveryId && d.State == state)).Delivery;

    /// <summary>Reads to the end of the stream; null if it ended with OK.</summary>
    public async Task<RpcException?> EndAsync()
    {
        var failure = await Eventually.InTimeAsync(_reading, "the watch to end");
        while (_unread.Reader.TryRead(out var message))
        {
            _seen.Add(message);
        }

        return failure;
    }

    public async ValueTask DisposeAsync()
    {
        // A call that is disposed between two reads throws at the next one; a cancelled one ends like any other.
        await _done.CancelAsync();
        await _reading;
        _call.Dispose();
        _done.Dispose();
    }

    private async Task<RpcException?> ReadAsync()
    {
        try
        {
            await foreach (var message in _call.ResponseStream.ReadAllAsync(CancellationToken.None))
            {
                _unread.Writer.TryWrite(message);
            }

            return null;
        }
        catch (RpcException e)
        {
            return e;
        }
        finally
        {
            _unread.Writer.TryComplete();
        }
    }
}
