using System.Collections.Concurrent;
using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Reporting;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Benchmarks.Load;

/// <summary>Clients that watch deliveries succeed, and how long after the record of it each sees one.</summary>
internal sealed class Watchers : IAsyncDisposable
{
    private const int PerChannel = 100;
    private readonly Bench _bench;
    private readonly CancellationTokenSource _stop;
    private readonly List<ServerClients> _channels = [];
    private readonly List<Task> _watching = [];
    private readonly ConcurrentQueue<double> _milliseconds = new();
    private long _seen;

    private Watchers(Bench bench)
    {
        _bench = bench;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(bench.Cancellation);
    }

    /// <summary>How many messages all of them have seen together.</summary>
    public long Seen => Interlocked.Read(ref _seen);

    /// <summary>Starts watchers and waits until every stream stands.</summary>
    /// <param name="bench">The run.</param>
    /// <param name="server">What to watch.</param>
    /// <param name="webhookIds">One per watcher; empty for every webhook.</param>
    public static async Task<Watchers> StartAsync(Bench bench, MeasuredServer server, IReadOnlyList<string> webhookIds)
    {
        var watchers = new Watchers(bench);
        try
        {
            foreach (var ids in webhookIds.Chunk(PerChannel))
            {
                await watchers.AddAsync(server.Connect(), ids);
            }

            return watchers;
        }
        catch
        {
            await watchers.DisposeAsync();
            throw;
        }
    }

    /// <summary>What was seen since the last time this was asked.</summary>
    public Percentiles TakeMilliseconds()
    {
        List<double> taken = [];
        while (_milliseconds.TryDequeue(out var milliseconds))
        {
            taken.Add(milliseconds);
        }

        return new(taken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_watching);
        _channels.ForEach(channel => channel.Dispose());
        _stop.Dispose();
    }

    private async Task AddAsync(ServerClients clients, IReadOnlyList<string> webhookIds)
    {
        _channels.Add(clients);
        foreach (var id in webhookIds)
        {
            var stream = clients.Deliveries.WatchDeliveries(
                new WatchDeliveriesRequest { WebhookId = id, States = { DeliveryState.Succeeded } }, cancellationToken: _stop.Token).ResponseStream;
            if (!await stream.MoveNext(_stop.Token) || stream.Current.MessageCase != WatchDeliveriesResponse.MessageOneofCase.Ready)
            {
                throw new BenchmarkException("A watch did not begin with ready.");
            }

            _watching.Add(Task.Run(() => WatchAsync(stream)));
        }
    }

    private async Task WatchAsync(IAsyncStreamReader<WatchDeliveriesResponse> stream)
    {
        try
        {
            while (await stream.MoveNext(_stop.Token))
            {
                if (stream.Current.Delivery is { } delivery)
                {
                    _milliseconds.Enqueue((_bench.Clock.GetUtcNow() - delivery.UpdateTime.ToDateTimeOffset()).TotalMilliseconds);
                    Interlocked.Increment(ref _seen);
                }
            }
        }
        catch (Exception e) when (_stop.IsCancellationRequested && e is RpcException or OperationCanceledException)
        {
            // Enough was seen.
        }
    }
}
