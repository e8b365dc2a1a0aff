using System.Collections.Concurrent;
using ControlPlane.Egress.Tests.Peers;
using ControlPlane.Server.Publishing;
using ControlPlane.Server.Webhooks.Secrets;
using ControlPlane.Storage;
using ControlPlane.Testing;
using Microsoft.AspNetCore.Http;

namespace ControlPlane.Server.Tests;

/// <summary>A request as the receiver got it.</summary>
internal sealed record ReceivedRequest(
    int Number, string Path, string Id, byte[] Body, IReadOnlyDictionary<string, string> Headers, int InFlight);

/// <summary>A store, a receiver with a certificate, a hand-moved clock, and the words that tests of the walk are written in.</summary>
public abstract class WalkTest : IAsyncLifetime
{
    protected const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwX2SgJmDhKbQ=";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly TestAuthority _authority = new();
    private readonly List<PipelineHarness> _pipelines = [];
    private Receiver _receiver = null!;
    private int _requests;
    private int _inFlight;

    internal TestClock Clock { get; } = new();

    internal ConcurrentQueue<ReceivedRequest> Received { get; } = [];

    /// <summary>What the receiver answers, and when.</summary>
    internal Func<ReceivedRequest, Task<int>> Answer { get; set; } = _ => Task.FromResult(200);

    /// <summary>The store, which other nodes can open too.</summary>
    internal TestStore Stored { get; } = new();

    /// <summary>The engine as a node gets it.</summary>
    internal Func<StorageEngine, StorageEngine> Engine { get; set; } = engine => engine;

    /// <summary>The node started last.</summary>
    internal PipelineHarness Pipeline => _pipelines[^1];

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _receiver = await Receiver.StartAsync(_authority.Issue(EgressRig.Host), HandleAsync);

    public async ValueTask DisposeAsync()
    {
        // A request that nobody answers any more is cut off when the clock says so.
        var closing = _pipelines.Count > 0 ? Pipeline.DisposeAsync().AsTask() : Task.CompletedTask;
        await AdvanceUntilAsync(closing);
        await _receiver.DisposeAsync();
        _authority.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens the store in a node that does not send yet.</summary>
    internal async Task<PipelineHarness> OpenAsync(params (string Key, string Value)[] settings)
    {
        if (_pipelines.Count > 0)
        {
            await Pipeline.DisposeAsync();
        }

        _pipelines.Add(PipelineHarness.Create(Engine(Stored.Open(Clock)), Clock, _authority.BundlePath, settings));
        return Pipeline;
    }

    internal async Task<PipelineHarness> StartAsync(params (string Key, string Value)[] settings)
    {
        await OpenAsync(settings);
        await Pipeline.StartAsync();
        return Pipeline;
    }

    /// <summary>Creates a webhook with no delay between attempts, and no deadline that a clock moved by hand would reach.</summary>
    internal async Task<WebhookRecord> AddWebhookAsync(string id = "wh_1", Func<WebhookRecord, WebhookRecord>? with = null)
    {
        var webhook = Records.Webhook(id) with
        {
            Url = $"https://{EgressRig.Host}:{_receiver.Port}/{id}",
            Timeout = TimeSpan.FromDays(1),
            RetryPolicy = new RetryPolicyRecord { Backoff = BackoffKind.Fixed, Initial = TimeSpan.Zero, MaxAttempts = 100 },
            Secrets = [new SecretRecord("sec_1", "", Pipeline.Get<SecretSealer>().Seal(id, "sec_1", Secret), Clock.GetStoreNow(), null)],
        };
        var write = await Pipeline.Store.Webhooks.CreateAsync(with?.Invoke(webhook) ?? webhook, Cancel);
        Pipeline.Catalog.Apply(write.Webhook!, write.ConfigVersion);
        return write.Webhook!;
    }

    internal async Task<WebhookRecord> UpdateAsync(string webhookId, Func<WebhookRecord, WebhookRecord> with)
    {
        var held = (await Pipeline.Store.Webhooks.GetAsync(webhookId, Cancel))!;
        var write = await Pipeline.Store.Webhooks.UpdateAsync(with(held) with { Version = held.Version + 1 }, Cancel);
        Pipeline.Catalog.Apply(write.Webhook!, write.ConfigVersion);
        return write.Webhook!;
    }

    internal static EventDraft Draft(string type = "order.paid", string id = "", string payload = "{}", string key = "") =>
        new(id, type, "", System.Text.Encoding.UTF8.GetBytes(payload), "application/json", key, "", null);

    internal async Task<IReadOnlyList<AppendedEvent>> PublishAsync(params EventDraft[] drafts) => Assert.IsType<PublishResult.Published>(
        await Pipeline.Get<Publisher>().PublishAsync(TenantRecord.DefaultId, drafts, Cancel)).Events;

    /// <summary>Publishes to the one webhook there is; answers the deliveries.</summary>
    internal async Task<IReadOnlyList<DeliveryRecord>> PublishAsync(int count) =>
        [.. (await PublishAsync([.. Enumerable.Range(0, count).Select(_ => Draft())])).SelectMany(e => e.Deliveries)];

    /// <summary>
    /// Waits until a delivery is as it should be, moving the clock on if told to: by one step in a millisecond at most, so that on a
    /// busy machine the clock does not run away from the node, to which it would look as if it could not keep its leases.
    /// </summary>
    internal async Task<DeliveryRecord> UntilAsync(DeliveryRecord delivery, Func<DeliveryRecord, bool> reached, TimeSpan? step = null)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var now = (await Pipeline.Store.Deliveries.GetAsync(delivery.Id, Cancel))!;
            if (reached(now))
            {
                return now;
            }

            FailIfStuck(began, $"{now}");
            if (step is { } by)
            {
                Clock.Advance(by);
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Cancel);
            }
            else
            {
                await Task.Yield();
            }
        }
    }

    internal Task<DeliveryRecord> UntilAsync(DeliveryRecord delivery, DeliveryState state, TimeSpan? step = null) =>
        UntilAsync(delivery, d => d.State == state, step);

    internal async Task UntilAllAsync(IEnumerable<DeliveryRecord> deliveries, DeliveryState state, TimeSpan? step = null)
    {
        foreach (var delivery in deliveries)
        {
            await UntilAsync(delivery, state, step);
        }
    }

    /// <summary>Waits until the receiver has got that many requests.</summary>
    internal async Task UntilReceivedAsync(int count)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (Received.Count < count)
        {
            FailIfStuck(began, $"{Received.Count} of {count} requests");
            await Task.Yield();
        }
    }

    /// <summary>Moves the clock on until something ends.</summary>
    internal async Task AdvanceUntilAsync(Task ending)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!ending.IsCompleted)
        {
            FailIfStuck(began, "a stop");
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await ending;
    }

    /// <summary>A wait that will never end is a failure that shows what the node has logged.</summary>
    private void FailIfStuck(long began, string state)
    {
        Cancel.ThrowIfCancellationRequested();
        if (TimeProvider.System.GetElapsedTime(began) > Patience)
        {
            Assert.Fail($"Stuck at {state}. Log:\n{string.Join('\n', Pipeline.Log.Entries.TakeLast(40).Select(entry => entry.Text))}");
        }
    }

    private async Task HandleAsync(HttpContext context)
    {
        var inFlight = Interlocked.Increment(ref _inFlight);
        try
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            var request = new ReceivedRequest(
                Interlocked.Increment(ref _requests),
                context.Request.Path,
                context.Request.Headers["webhook-id"].ToString(),
                body.ToArray(),
                context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                inFlight);
            Received.Enqueue(request);
            context.Response.StatusCode = await Answer(request).WaitAsync(context.RequestAborted);
            Interlocked.Decrement(ref _inFlight);
            inFlight = 0;
            await context.Response.WriteAsync("thanks", context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The sender went away.
        }
        finally
        {
            if (inFlight > 0)
            {
                Interlocked.Decrement(ref _inFlight);
            }
        }
    }
}
