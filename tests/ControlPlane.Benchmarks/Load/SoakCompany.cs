using ControlPlane.Benchmarks.Processes;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Benchmarks.Load;

/// <summary>
/// Who uses a server beside its publishers until this is disposed of: watches (two that read everything, one that reads slowly, one that
/// ends and resumes), lists, figures of webhooks, and redrives of the dead.
/// </summary>
internal sealed class SoakCompany : IAsyncDisposable
{
    private static readonly TimeSpan ListPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RedrivePause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan SlowPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan WatchTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RefusedPause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _end = new();
    private readonly ServerClients _clients;
    private readonly IReadOnlyList<string> _hooks;
    private readonly Action<string> _seen;
    private readonly List<Task> _work = [];
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _messages;
    private int _lists;
    private int _redrives;
    private int _redriven;
    private int _resumed;
    private int _expired;
    private int _refused;
    private string _token = "";

    /// <param name="clients">The server.</param>
    /// <param name="hooks">The webhooks whose dead letters are redriven.</param>
    /// <param name="seen">Told the event of each success that the watch which resumes has seen.</param>
    public SoakCompany(ServerClients clients, IReadOnlyList<string> hooks, Action<string> seen)
    {
        (_clients, _hooks, _seen) = (clients, hooks, seen);
        Repeat(() => WatchAsync(TimeSpan.Zero));
        Repeat(() => WatchAsync(TimeSpan.Zero));
        Repeat(() => WatchAsync(SlowPause));
        Repeat(ResumeAsync);
        Repeat(ListAsync);
        Repeat(async () =>
        {
            await RedriveAsync();
            await Task.Delay(RedrivePause, TimeProvider.System, _end.Token);
        });
    }

    /// <summary>The watch that resumes has begun.</summary>
    public Task Ready => _ready.Task;

    public override string ToString() =>
        $"{Interlocked.Read(ref _messages):N0} messages watched, {_resumed:N0} watches resumed, {_expired:N0} of the slow one too far behind; "
        + $"{_lists:N0} lists; {_redrives:N0} redrives of {_redriven:N0} dead letters; {_refused:N0} calls refused";

    /// <summary>Sets going what is dead.</summary>
    public async Task RedriveAsync()
    {
        foreach (var id in _hooks)
        {
            var answer = await _clients.Deliveries.RedriveDeliveriesAsync(
                new() { WebhookId = id, MaxRatePerSecond = 1_000 }, cancellationToken: _end.Token);
            Interlocked.Increment(ref _redrives);
            Interlocked.Add(ref _redriven, answer.Count);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_work);
        _end.Dispose();
    }

    private void Repeat(Func<Task> call) => _work.Add(Task.Run(async () =>
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                try
                {
                    await call();
                }
                catch (RpcException e) when (!_end.IsCancellationRequested)
                {
                    Interlocked.Increment(ref e.StatusCode == StatusCode.OutOfRange ? ref _expired : ref _refused);
                    await Task.Delay(RefusedPause, TimeProvider.System, _end.Token);
                }
            }
            catch (Exception e) when (e is RpcException or OperationCanceledException)
            {
                // It is over.
            }
        }
    }));

    private async Task WatchAsync(TimeSpan pause)
    {
        using var watch = _clients.Deliveries.WatchDeliveries(new(), cancellationToken: _end.Token);
        while (await watch.ResponseStream.MoveNext(_end.Token))
        {
            Interlocked.Increment(ref _messages);
            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, TimeProvider.System, _end.Token);
            }
        }
    }

    /// <summary>Watches for a while from where the watch before ended.</summary>
    private async Task ResumeAsync()
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        enough.CancelAfter(WatchTime);
        using var watch = _clients.Deliveries.WatchDeliveries(
            new() { ResumeToken = _token, States = { DeliveryState.Succeeded } }, cancellationToken: enough.Token);
        try
        {
            while (await watch.ResponseStream.MoveNext(enough.Token))
            {
                var message = watch.ResponseStream.Current;
                if (message.Delivery is { } delivery)
                {
                    _seen(delivery.EventId);
                }

                _token = message.ResumeToken;
                _ready.TrySetResult();
            }
        }
        catch (RpcException) when (enough.IsCancellationRequested)
        {
            Interlocked.Increment(ref _resumed);
        }
    }

    private async Task ListAsync()
    {
        var request = new ListDeliveriesRequest { PageSize = 100 };
        switch (_lists % 4)
        {
            case 1:
                request.States.Add(DeliveryState.Dead);
                break;
            case 2:
                request.WebhookId = _hooks[_lists / 4 % _hooks.Count];
                break;
            case 3:
                request.EventTypes.Add("bench.*");
                break;
        }

        for (var page = 0; page < 3; page++)
        {
            var answer = await _clients.Deliveries.ListDeliveriesAsync(request, cancellationToken: _end.Token);
            request.PageToken = answer.NextPageToken;
            if (request.PageToken.Length == 0)
            {
                break;
            }
        }

        await _clients.Deliveries.GetWebhookStatsAsync(
            new() { WebhookId = _hooks[_lists % _hooks.Count] }, cancellationToken: _end.Token);
        Interlocked.Increment(ref _lists);
        await Task.Delay(ListPause, TimeProvider.System, _end.Token);
    }
}
