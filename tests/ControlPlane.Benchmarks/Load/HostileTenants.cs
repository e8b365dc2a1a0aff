using ControlPlane.Benchmarks.Processes;
using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace ControlPlane.Benchmarks.Load;

/// <summary>Tenants that take all they can get: of senders, of the writer, of readers and of the change feed.</summary>
internal sealed class HostileTenants(Uri address, ServerClients platform, IReadOnlyList<string> receivers, CancellationToken cancellationToken)
    : IAsyncDisposable
{
    /// <summary>The tenant that readers and watches are of, whose past there can be in the store already.</summary>
    public const string ReadTenantId = "history";

    private const int HangingHooks = 140;
    private const int WideHooks = 1_000;
    private const int LargeHooks = 200;
    private const int Callers = 30;
    private const int Readers = 200;
    private const int Watches = 50;
    private const int SilentNames = 400;
    private const int FilteringHooks = 10_000;
    private const int CreatedAtOnce = 8;
    private static readonly TimeSpan EventPause = TimeSpan.FromMilliseconds(100);

    /// <summary>What calls cost here, on the same cores, is not what is measured: those that are refused are not made again at once.</summary>
    private static readonly TimeSpan RefusedPause = TimeSpan.FromMilliseconds(10);
    private static readonly ByteString Small = ByteString.CopyFromUtf8("{}");

    private readonly CancellationTokenSource _end = new();
    private readonly List<ServerClients> _clients = [];
    private readonly List<Func<Task>> _calls = [];
    private Task _work = Task.CompletedTask;
    private int _refused;
    private int _closed;

    /// <summary>Each way to be a bad neighbour: its name, what it is in words, what adds it, and whether that takes a silent name server.</summary>
    public static IReadOnlyList<Way> Ways { get; } =
    [
        new("hanging", $"ten tenants with {HangingHooks} webhooks that hang, timeout 60 s, and 10 events/s to all of them", tenants => tenants.AddHangingAsync(10)),
        new("fan-out", $"one that publishes to {WideHooks} webhooks as fast as it is answered", tenants => tenants.AddWideAsync()),
        new("reading", $"{Readers} readers of a filter that none of a tenant's many deliveries matches", tenants => tenants.AddReadersAsync()) { NeedsHistory = true },
        new("large", $"{Callers} that check a webhook among {LargeHooks} large ones, and {Callers} that list them", tenants => tenants.AddLargeAsync()),
        new("watching", $"{Watches} watches of the same tenant from the beginning, begun again when they end", tenants => tenants.AddWatchesAsync()) { NeedsHistory = true },
        new("filters", $"one with {FilteringHooks:N0} webhooks whose filters let nothing pass, that publishes as fast as it is answered", tenants => tenants.AddFilteringAsync()),
        new("names", $"one with {SilentNames} webhooks on names whose name server is silent, and 10 events/s to all of them", tenants => tenants.AddUnresolvableAsync())
        {
            NeedsNames = true,
        },
        new("receivers", "one whose receivers hang, drip, flood, refuse streams, go away and answer 403 early, and 10 events/s to all of them",
            tenants => tenants.AddMisbehavingAsync()),
        new("stranger", "a connection without a key: half-sent messages, PINGs, resets", tenants => tenants.AddStranger()),
    ];

    /// <summary>Calls of theirs that were refused.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Connections of strangers that were closed.</summary>
    public int Closed => Volatile.Read(ref _closed);

    private string HangingUrl => receivers[0];

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
            await CreateAsync(clients, Hook(HangingUrl), HangingHooks);
            PublishSteadily(clients);
        }
    }

    private async Task AddUnresolvableAsync()
    {
        var clients = await ConnectAsync();
        await CreateAsync(clients, Enumerable.Range(0, SilentNames).Select(i => Hook($"https://silent-{i}.example.com/hook")));
        PublishSteadily(clients);
    }

    private async Task AddWideAsync()
    {
        var clients = await ConnectAsync();
        await CreateAsync(clients, Hook(HangingUrl), WideHooks);
        Repeat(4, async () => await clients.Events.BatchPublishEventsAsync(
            new() { Events = { Publish().Event, Publish().Event } }, cancellationToken: _end.Token));
    }

    private async Task AddFilteringAsync()
    {
        var clients = await ConnectAsync();
        var hook = Hook(HangingUrl);
        hook.Filter = "event.type == 'hostile' && size(event.payload) > 1";
        await CreateAsync(clients, hook, FilteringHooks);
        Repeat(4, async () => await clients.Events.PublishEventAsync(Publish(), cancellationToken: _end.Token));
    }

    private async Task AddReadersAsync()
    {
        var clients = await ConnectToHistoryAsync();
        Repeat(Readers, async () => await clients.Deliveries.ListDeliveriesAsync(new() { Instance = "nothing" }, cancellationToken: _end.Token));
    }

    private async Task AddLargeAsync()
    {
        var clients = await ConnectAsync();
        await CreateAsync(clients, LargeHook(HangingUrl), LargeHooks);
        Repeat(Callers, async () => await clients.Webhooks.CreateWebhookAsync(
            new() { Webhook = LargeHook(HangingUrl), ValidateOnly = true }, cancellationToken: _end.Token));
        Repeat(Callers, async () => await clients.Webhooks.ListWebhooksAsync(new() { PageSize = 1000 }, cancellationToken: _end.Token));
    }

    private async Task AddWatchesAsync()
    {
        var clients = await ConnectToHistoryAsync();
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

    private async Task AddMisbehavingAsync()
    {
        var clients = await ConnectAsync();
        foreach (var url in receivers)
        {
            await CreateAsync(clients, Hook(url), 10);
        }

        PublishSteadily(clients);
    }

    private Task AddStranger()
    {
        var stranger = new HostileConnection(address);
        _calls.Add(async () => _closed += await stranger.AttackAsync(_end.Token) ? 1 : 0);
        return Task.CompletedTask;
    }

    private void PublishSteadily(ServerClients clients) => _calls.Add(async () =>
    {
        await clients.Events.PublishEventAsync(Publish(), cancellationToken: _end.Token);
        await Task.Delay(EventPause, TimeProvider.System, _end.Token);
    });

    private void Repeat(int callers, Func<Task> call) => _calls.AddRange(Enumerable.Repeat(call, callers));

    private async Task<ServerClients> ConnectAsync()
    {
        var clients = await platform.CreateTenantAsync("hostile", cancellationToken);
        _clients.Add(clients);
        return clients;
    }

    private async Task<ServerClients> ConnectToHistoryAsync()
    {
        var clients = await platform.ConnectToTenantAsync(ReadTenantId, cancellationToken);
        _clients.Add(clients);
        return clients;
    }

    private Task CreateAsync(ServerClients clients, Webhook webhook, int count) =>
        CreateAsync(clients, Enumerable.Repeat(webhook, count));

    private Task CreateAsync(ServerClients clients, IEnumerable<Webhook> webhooks) => Parallel.ForEachAsync(
        webhooks,
        new ParallelOptions { MaxDegreeOfParallelism = CreatedAtOnce, CancellationToken = cancellationToken },
        async (webhook, cancellation) =>
            await clients.Webhooks.CreateWebhookAsync(new() { Webhook = webhook }, cancellationToken: cancellation));

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

/// <summary>A way to be a bad neighbour.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is in words.</param>
/// <param name="AddAsync">Adds it.</param>
internal sealed record Way(string Name, string Description, Func<HostileTenants, Task> AddAsync)
{
    /// <summary>Whether it takes a name server that is silent.</summary>
    public bool NeedsNames { get; init; }

    /// <summary>Whether it takes a tenant with a past.</summary>
    public bool NeedsHistory { get; init; }
}
