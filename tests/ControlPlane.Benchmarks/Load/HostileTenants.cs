using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ControlPlane.Benchmarks.Load;

/// <summary>Tenants that take all they can get: of senders, of the writer, of readers and of the change feed.</summary>
internal sealed class HostileTenants : IAsyncDisposable
{
    private const int HangingTenants = 2;
    private const int HangingHooks = 140;
    private const int WideHooks = 1_000;
    private const int Readers = 50;
    private const int Watches = 50;
    private static readonly TimeSpan EventPause = TimeSpan.FromMilliseconds(100);
    private static readonly ByteString Small = ByteString.CopyFromUtf8("{}");

    private readonly CancellationTokenSource _end = new();
    private readonly List<ServerClients> _clients = [];
    private readonly List<Task> _work = [];
    private int _refused;

    public static string Description =>
        $"{HangingTenants} tenants with {HangingHooks} hanging webhooks and 10 events/s for each, one that publishes to {WideHooks} webhooks "
        + $"as fast as it is answered, {Readers} readers of a filter that nothing matches, {Watches} watches from the beginning";

    /// <summary>Calls of theirs that were refused.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Makes their webhooks; they begin when <see cref="Start"/> is called.</summary>
    public static async Task<HostileTenants> CreateAsync(
        MeasuredServer server, ServerClients platform, TimingReceiver receiver, CancellationToken cancellationToken)
    {
        var tenants = new HostileTenants();
        for (var i = 0; i < HangingTenants; i++)
        {
            await tenants.AddAsync(server, platform, receiver.HangingUrl, HangingHooks, cancellationToken);
        }

        await tenants.AddAsync(server, platform, receiver.HangingUrl, WideHooks, cancellationToken);
        return tenants;
    }

    public void Start()
    {
        foreach (var hanging in _clients.Take(HangingTenants))
        {
            Repeat(async () =>
            {
                await hanging.Events.PublishEventAsync(Publish(), cancellationToken: _end.Token);
                await Task.Delay(EventPause, TimeProvider.System, _end.Token);
            });
        }

        var wide = _clients[^1];
        for (var i = 0; i < 4; i++)
        {
            Repeat(async () => await wide.Events.BatchPublishEventsAsync(
                new() { Events = { Enumerable.Range(0, 2).Select(_ => Publish().Event) } }, cancellationToken: _end.Token));
        }

        for (var i = 0; i < Readers; i++)
        {
            Repeat(async () => await wide.Deliveries.ListDeliveriesAsync(new() { Instance = "nothing" }, cancellationToken: _end.Token));
        }

        for (var i = 0; i < Watches; i++)
        {
            Repeat(async () =>
            {
                using var watch = wide.Deliveries.WatchDeliveries(
                    new() { StartTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch), WebhookStates = true, Instance = "nothing" },
                    cancellationToken: _end.Token);
                while (await watch.ResponseStream.MoveNext(_end.Token))
                {
                }
            });
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_work);
        _clients.ForEach(clients => clients.Dispose());
        _end.Dispose();
    }

    private static PublishEventRequest Publish() => new() { Event = new() { Type = "hostile", Payload = Small } };

    private async Task AddAsync(
        MeasuredServer server, ServerClients platform, string url, int hooks, CancellationToken cancellationToken)
    {
        var clients = await server.ConnectTenantAsync(platform, "hostile", cancellationToken);
        _clients.Add(clients);
        for (var i = 0; i < hooks; i++)
        {
            await clients.Webhooks.CreateWebhookAsync(
                new() { Webhook = new() { Url = url, EventTypes = { "hostile" }, Timeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(60)) } },
                cancellationToken: cancellationToken);
        }
    }

    private void Repeat(Func<Task> call) => _work.Add(Task.Run(async () =>
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await call();
            }
            catch (RpcException) when (!_end.IsCancellationRequested)
            {
                Interlocked.Increment(ref _refused);
            }
            catch (Exception e) when (e is RpcException or OperationCanceledException)
            {
                // It is over.
            }
        }
    }));
}
