using Microsoft.Extensions.Time.Testing;
namespace ControlPlane.Storage.Compliance;

/// <summary>An empty store per test, and the words the tests are written in.</summary>
public abstract class StorageTests<TSource> : IAsyncLifetime
    where TSource : StoreSource, new()
{
    protected const string Owner = "node-1";
    private readonly IdSource _ids;
    private StorageEngine? _store;

    protected StorageTests() => _ids = new IdSource(Clock);

    protected TSource Source { get; } = new();

    protected FakeTimeProvider Clock { get; } = new();

    protected StorageEngine Store => _store!;

    protected DateTimeOffset Now => Clock.GetStoreNow();

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _store = await Source.OpenAsync(Clock);
        await PrepareAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await Store.DisposeAsync();
        await Source.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>What every test of a class begins with.</summary>
    protected virtual Task PrepareAsync() => Task.CompletedTask;

    /// <summary>What every test of a class ends with.</summary>
    protected virtual ValueTask EndAsync() => ValueTask.CompletedTask;

    protected async Task ReopenAsync()
    {
        await Store.DisposeAsync();
        _store = await Source.OpenAsync(Clock);
    }

    /// <summary>Goes on with another store, which nothing has open; closed by whom it is returned to, before its source goes.</summary>
    protected async Task<IAsyncDisposable> UseAsync(TSource other) => _store = await other.OpenAsync(Clock);

    protected string NewId(string prefix) => _ids.Next(prefix);

    protected WebhookRecord NewWebhook(string tenant = TenantRecord.DefaultId) => new()
    {
        Id = NewId("wh_"),
        TenantId = tenant,
        Url = "https://example.com/hook",
        EventTypes = ["*"],
        Dialect = "standard",
        Secrets = [new SecretRecord("sec_1", "whsec_...abc", [1, 2, 3], Now, null)],
        CreateTime = Now,
        UpdateTime = Now,
    };

    protected async Task<WebhookRecord> AddWebhookAsync(string tenant = TenantRecord.DefaultId)
    {
        var written = await Store.Webhooks.CreateAsync(NewWebhook(tenant), Cancel);
        Assert.Equal(WebhookWriteOutcome.Done, written.Outcome);
        return written.Webhook!;
    }

    protected async Task AddTenantAsync(string id) =>
        Assert.Equal(TenantWrite.Done, await Store.Access.CreateTenantAsync(new TenantRecord { Id = id, CreateTime = Now, UpdateTime = Now }, Cancel));

    protected EventRecord NewEvent(string type = "order.paid", string tenant = TenantRecord.DefaultId, string instance = "") =>
        new()
        {
            Id = NewId("evt_"),
            TenantId = tenant,
            Type = type,
            Instance = instance,
            Payload = "{\"n\":1}"u8.ToArray(),
            CreateTime = Now,
        };

    protected NewEvent To(EventRecord stored, bool leased, params WebhookRecord[] webhooks) => new(
        stored,
        [.. webhooks.Select(webhook => new NewDelivery(NewId("dlv_"), webhook.Id, DeliveryTrigger.Publish, leased))],
        null);

    protected async Task<long> ReadConfigVersionAsync(string tenant = TenantRecord.DefaultId) =>
        (await Store.Webhooks.LoadTenantAsync(tenant, Cancel))!.ConfigVersion;

    protected async Task<AppendResult> TryAppendAsync(params NewEvent[] events)
    {
        var tenant = events[0].Event.TenantId;
        var version = (await Store.Webhooks.LoadTenantAsync(tenant, Cancel))?.ConfigVersion ?? 0;
        return await Store.Events.AppendAsync(
            new AppendRequest(tenant, version, events, Owner, TimeSpan.FromSeconds(60)), Cancel);
    }

    protected async Task<IReadOnlyList<AppendedEvent>> AppendAsync(params NewEvent[] events) =>
        Assert.IsType<AppendResult.Appended>(await TryAppendAsync(events)).Events;

    /// <summary>Publishes one event to one webhook; answers the delivery.</summary>
    protected async Task<DeliveryRecord> PublishAsync(WebhookRecord webhook, bool leased = false, string type = "order.paid") =>
        (await AppendAsync(To(NewEvent(type, webhook.TenantId), leased, webhook)))[0].Deliveries[0];

    protected Task<ClaimResult> ClaimAsync(WebhookRecord webhook, int limit = 100, string owner = Owner) =>
        Store.Queue.ClaimDueAsync(new ClaimRequest(webhook.Id, limit, owner, TimeSpan.FromSeconds(60)), Cancel);

    /// <summary>Takes back the leases of all but one owner; returns how many.</summary>
    protected async Task<int> RecoverAsync(string owner)
    {
        await Store.Ownership.JoinAsync(owner, Cancel);
        return await Store.Ownership.RecoverAsync(Cancel);
    }

    protected ValueTask<long> ReadHeadAsync() => Store.Changes.GetHeadAsync(Cancel);

    protected AttemptRecord NewAttempt(DeliveryRecord delivery, int status = 200) => new(
        delivery.AttemptCount + 1, delivery.Trigger, Now, TimeSpan.FromMicroseconds(12_345), status,
        status is >= 200 and < 300 ? FailureKind.None : FailureKind.HttpStatus, "", "192.0.2.7:443", "ok");

    protected async Task<DeliveryRecord?> SucceedAsync(DeliveryRecord delivery) =>
        (await CompleteAsync(delivery, DeliveryState.Succeeded))?.Delivery;

    protected async Task<DeliveryRecord?> FailAsync(DeliveryRecord delivery, TimeSpan retryIn) =>
        (await CompleteAsync(delivery, DeliveryState.RetryScheduled, retryIn))?.Delivery;

    protected async Task<DeliveryRecord?> KillAsync(DeliveryRecord delivery) =>
        (await CompleteAsync(delivery, DeliveryState.Dead))?.Delivery;

    protected Task<Completed?> CompleteAsync(DeliveryRecord delivery, DeliveryState state, TimeSpan? retryIn = null)
    {
        var (status, reason) = state switch
        {
            DeliveryState.Succeeded => (200, EndReason.Delivered),
            DeliveryState.Dead => (500, EndReason.AttemptsExhausted),
            _ => (503, EndReason.None),
        };
        return Store.Queue.CompleteAsync(
            new Completion(delivery, NewAttempt(delivery, status), state, reason, retryIn), Cancel);
    }

    protected async Task<DeliveryRecord> GetAsync(DeliveryRecord delivery) =>
        (await Store.Deliveries.GetAsync(delivery.Id, Cancel))!;

    /// <summary>Reads a list to its end, page by page.</summary>
    protected static async Task<List<T>> ReadAllAsync<T>(Func<long?, Task<Page<T>>> read)
    {
        var all = new List<T>();
        long? position = null;
        do
        {
            var page = await read(position);
            all.AddRange(page.Items);
            Assert.True(position is null || page.Next is null || page.Next < position, "A list must go on towards its end.");
            position = page.Next;
        }
        while (position is not null);
        return all;
    }

    protected Task<List<DeliveryRecord>> ListAsync(DeliveryQuery query) =>
        ReadAllAsync(position => Store.Deliveries.ListAsync(query with { Before = position }, Cancel));
}
