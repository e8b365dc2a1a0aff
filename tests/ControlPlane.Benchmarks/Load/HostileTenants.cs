using ControlPlane.Benchmarks.Processes;
using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ControlPlane.Benchmarks.Load;

/// <summary>Tenants that take all they can get: of senders, of the writer, of readers and of the change feed.</summary>
internal sealed class HostileTenants(MeasuredServer server, ServerClients platform, string hangingUrl, CancellationToken cancellationToken)
    : IAsyncDisposable
{
    private const int HangingHooks = 140;
    private const int WideHooks = 1_000;
    private const int LargeHooks = 200;
    private const int Callers = 30;
    private const int Readers = 50;
    private const int Watches = 50;
    private static readonly TimeSpan EventPause = TimeSpan.FromMilliseconds(100);

    /// <summary>What calls cost here, on the same cores, is not what is measured: those that are refused are not made again at once.</summary>
    private static readonly TimeSpan RefusedPause = TimeSpan.FromMilliseconds(10);
    private static readonly ByteString Small = ByteString.CopyFromUtf8("{}");

    private readonly CancellationTokenSource _end = new();
    private readonly List<ServerClients> _clients = [];
    private readonly List<Func<Task>> _calls = [];
    private Task _work = Task.CompletedTask;
    private int _refused;

    /// <summary>Each way to be a bad neighbour: its name, what it is in words, and what adds it.</summary>
    public static IReadOnlyList<(string Name, string Description, Func<HostileTenants, Task> AddAsync)> Ways { get; } =
    [
        ("hanging", $"ten tenants with {HangingHooks} webhooks that hang, timeout 60 s, and 10 events/s to all of them", tenants => tenants.AddHangingAsync(10)),
        ("fan-out", $"one that publishes to {WideHooks} webhooks as fast as it is answered", tenants => tenants.AddWideAsync()),
        ("reading", $"{Readers} readers of a filter that nothing matches", tenants => tenants.AddReadersAsync()),
        ("large", $"{Callers} that check a webhook among {LargeHooks} large ones, and {Callers} that list them", tenants => tenants.AddLargeAsync()),
        ("watching", $"{Watches} watches from the beginning, begun again when they end", tenants => tenants.AddWatchesAsync()),
    ];

    /// <summary>Calls of theirs that were refused.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Begins what was added.</summary>
    public void Start() => _work = Task.WhenAll(_calls.Select(call => Task.Run(() => RepeatAsync(call))));

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _work;
        _clients.ForEach(clients => clients.Dispose());
        _end.Dispose();
    }

    private static Webhook Hook(string url) =>
        new() { Url = url, EventTypes = { "hostile" }, Timeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(60)) };

    private static Webhook LargeHook(string url)
    {
        var hook = Hook(url);
        hook.EventTypes.Add(Enumerable.Range(0, 60).Select(i => $"{new string('t', 60)}.{i}"));
        hook.Description = new string('d', 1_000);
        return hook;
    }

    private static PublishEventRequest Publish() => new() { Event = new() { Type = "hostile", Payload = Small } };

    private async Task AddHangingAsync(int tenants)
    {
        for (var i = 0; i < tenants; i++)
        {
            var clients = await ConnectAsync();
            await CreateAsync(clients, Hook(hangingUrl), HangingHooks);
            _calls.Add(async () =>
            {
                await clients.Events.PublishEventAsync(Publish(), cancellationToken: _end.Token);
                await Task.Delay(EventPause, TimeProvider.System, _end.Token);
            });
        }
    }

    private async Task AddWideAsync()
    {
        var clients = await ConnectAsync();
        await CreateAsync(clients, Hook(hangingUrl), WideHooks);
        Repeat(4, async () => await clients.Events.BatchPublishEventsAsync(
            new() { Events = { Publish().Event, Publish().Event } }, cancellationToken: _end.Token));
    }

    private async Task AddReadersAsync()
    {
        var clients = await ConnectAsync();
        Repeat(Readers, async () => await clients.Deliveries.ListDeliveriesAsync(new() { Instance = "nothing" }, cancellationToken: _end.Token));
    }

    private async Task AddLargeAsync()
    {
        var clients = await ConnectAsync();
        await CreateAsync(clients, LargeHook(hangingUrl), LargeHooks);
        Repeat(Callers, async () => await clients.Webhooks.CreateWebhookAsync(
            new() { Webhook = LargeHook(hangingUrl), ValidateOnly = true }, cancellationToken: _end.Token));
        Repeat(Callers, async () => await clients.Webhooks.ListWebhooksAsync(new() { PageSize = 1000 }, cancellationToken: _end.Token));
    }

    private async Task AddWatchesAsync()
    {
        var clients = await ConnectAsync();
        Repeat(Watches, async () =>
        {
            using var watch = clients.Deliveries.WatchDeliveries(
                new() { StartTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch), WebhookStates = true, Instance = "nothing" },
                cancellationToken: _end.Token);
            while (await watch.ResponseStream.MoveNext(_end.Token))
            {
            }
        });
    }

    private void Repeat(int callers, Func<Task> call) => _calls.AddRange(Enumerable.Repeat(call, callers));

    private async Task<ServerClients> ConnectAsync()
    {
        var clients = await server.ConnectTenantAsync(platform, "hostile", cancellationToken);
        _clients.Add(clients);
        return clients;
    }

    private async Task CreateAsync(ServerClients clients, Webhook webhook, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await clients.Webhooks.CreateWebhookAsync(new() { Webhook = webhook }, cancellationToken: cancellationToken);
        }
    }

    private async Task RepeatAsync(Func<Task> call)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                try
                {
                    await call();
                }
                catch (RpcException) when (!_end.IsCancellationRequested)
                {
                    Interlocked.Increment(ref _refused);
                    await Task.Delay(RefusedPause, TimeProvider.System, _end.Token);
                }
            }
            catch (Exception e) when (e is RpcException or OperationCanceledException)
            {
                // It is over.
            }
        }
    }
}
