namespace ControlPlane.Storage.Compliance;

/// <summary>Makes a store that has something of everything in it.</summary>
public abstract class FullStore<TSource> : ReplayTest<TSource>
    where TSource : StoreSource, new()
{
    protected static readonly byte[] Print = [1, 2, 3, 4];

    /// <summary>The webhook that most of it goes to.</summary>
    protected WebhookRecord Webhook { get; private set; } = null!;

    /// <summary>The webhook with ordering lines.</summary>
    protected WebhookRecord Ordered { get; private set; } = null!;

    /// <summary>The deliveries of a line, of which the first one waits for its retry.</summary>
    protected IReadOnlyList<DeliveryRecord> Line { get; private set; } = [];

    /// <summary>Was delivered, and has expired.</summary>
    protected DeliveryRecord Expired { get; private set; } = null!;

    protected RedriveRecord Running { get; private set; } = null!;

    /// <summary>A replay that has created two deliveries.</summary>
    protected RedriveRecord Replaying { get; private set; } = null!;

    protected async Task FillAsync()
    {
        await AddConfigurationAsync();
        await AddExpiredAsync();
        await AddDeliveriesAsync();
        await AddLinesAsync();
        await AddRedrivesAsync();
        await AddReplaysAsync();
        // Leased when the process ends.
        await PublishAsync(Webhook, leased: true);
    }

    private async Task AddConfigurationAsync()
    {
        var policy = new TenantPolicy { MaxWebhooks = 7, PublishRatePerSecond = 2.5, Retention = TimeSpan.FromDays(3), DisabledFeatures = ["filters"] };
        var labels = new Dictionary<string, string> { ["region"] = "eu", ["a"] = "ü" };
        foreach (var tenant in new[]
        {
            new TenantRecord { Id = "gone", ExternalId = "customer-1", CreateTime = Now, UpdateTime = Now },
            new TenantRecord { Id = "acme", Name = "Acme", ExternalId = "customer-2", Labels = labels, Policy = policy, CreateTime = Now, UpdateTime = Now },
        })
        {
            Assert.Equal(TenantWrite.Done, await Store.Access.CreateTenantAsync(tenant, Cancel));
        }

        await AddKeyAsync("gone", "key_0", 0);
        await AddWebhookAsync("gone");
        Assert.Equal(TenantDelete.Done, await Store.Access.DeleteTenantAsync("gone", null, force: true, Now, Cancel));
        await Store.Access.CreateTenantAsync(new TenantRecord { Id = "heir", ExternalId = "customer-1", CreateTime = Now, UpdateTime = Now }, Cancel);
        await AddKeyAsync(null, "key_1", 1);
        await AddKeyAsync("acme", "key_2", 2);
        await AddKeyAsync("acme", "key_3", 3);
        await Store.Access.RevokeKeyAsync("key_3", Now, Cancel);
        await Store.Access.TouchKeysAsync(new Dictionary<string, DateTimeOffset> { ["key_2"] = Now }, Cancel);
        foreach (var name in new[] { "order.paid", "order.sent" })
        {
            await Store.EventTypes.CreateAsync(
                new EventTypeRecord
                {
                    TenantId = "acme",
                    Name = name,
                    Description = "Is.",
                    Deprecated = name.EndsWith('t'),
                    Schema = "{}",
                    SchemaVersion = 3,
                    Examples = ["1", "{}"],
                    CreateTime = Now,
                    UpdateTime = Now,
                },
                100, Cancel);
        }

        Webhook = await AddWebhookAsync();
        Ordered = (await Store.Webhooks.CreateAsync(Elaborate() with { HeadOfLine = HeadOfLine.Park }, Cancel)).Webhook!;
        await Store.Webhooks.SetFailingSinceAsync(Ordered.Id, Now, Cancel);
    }

    private WebhookRecord Elaborate() => NewWebhook() with
    {
        EventTypes = ["order.*"],
        ExternalId = "theirs",
        RequestId = "request-1",
        RequestFingerprint = "print",
        Headers = new Dictionary<string, string> { ["x-one"] = "1" },
        MatchLabels = new Dictionary<string, string> { ["region"] = "eu" },
        Filter = "payload.n > 0",
        Timeout = TimeSpan.FromSeconds(3),
        SendTraceContext = true,
        MaxInFlight = 5,
        MaxRatePerSecond = 12.5,
        RetryPolicy = new RetryPolicyRecord { Backoff = BackoffKind.Schedule, Delays = [TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)], MaxAttempts = 9 },
        CustomDialect = new CustomDialectRecord { Headers = [new DialectHeaderRecord("x-signature", "{signature}")] },
        Secrets =
        [
            new SecretRecord("sec_2", "whsec_...def", [9, 8, 7], Now, null),
            new SecretRecord("sec_1", "whsec_...abc", [1, 2, 3], Now, Now + TimeSpan.FromDays(1)),
        ],
    };

    private async Task AddKeyAsync(string? tenant, string id, byte hash) => Assert.True(await Store.Access.CreateKeyAsync(
        new ApiKeyRecord { Id = id, TenantId = tenant, Hash = [.. Enumerable.Repeat(hash, 32)], Name = id, Scopes = ["publish", "read"], CreateTime = Now, ExpireTime = Now + TimeSpan.FromHours(1) },
        Cancel));

    private async Task AddExpiredAsync()
    {
        var second = await AddWebhookAsync();
        // One of two deliveries stays: it waits.
        var both = (await AppendAsync(To(NewEvent(), true, Webhook, second)))[0].Deliveries;
        Expired = (await SucceedAsync(both[0]))!;
        await FailAsync(both[1], TimeSpan.FromDays(50));
        var deleted = await AddWebhookAsync();
        await BuryAsync(deleted);
        await Store.Webhooks.DeleteAsync(deleted.Id, null, Now, Cancel);
        await DeliverAsync(Webhook);
        Clock.Advance(TimeSpan.FromDays(31));
        Assert.NotEqual(0, (await RemoveAsync()).Total);
        Assert.Null(await Store.Deliveries.GetAsync(Expired.Id, Cancel));
        await DeliverAsync(second);
        Clock.Advance(TimeSpan.FromDays(8));
        Assert.NotEqual(0, (await RemoveAsync()).Payloads);
    }

    private async Task AddDeliveriesAsync()
    {
        await AppendAsync(To(NewEvent(instance: "i-1") with { Id = "theirs-1", IdempotencyKey = "key-1", Trace = new("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "vendor=a") }, false, Webhook) with { Fingerprint = Print });
        await AppendAsync(To(NewEvent("message.new") with { Labels = new Dictionary<string, string> { ["region"] = "eu" }, ContentType = "text/plain", Payload = [] }, false));
        await AppendAsync(To(NewEvent() with { ExpireTime = Now + TimeSpan.FromDays(9) }, false, Webhook));
        var erased = (await AppendAsync(To(NewEvent() with { Labels = new Dictionary<string, string> { ["person"] = "42" } }, true, Webhook)))[0].Event;
        var found = await Store.Erasures.FindAsync(new ErasureWalk(erased.TenantId, 0, null, 1) { EventId = erased.Id }, Cancel);
        Assert.Equal(1, await Store.Erasures.EraseAsync(new Erasure(erased.TenantId, found.Positions, null), Cancel));
        await AppendAsync(To(NewEvent(tenant: "acme"), false, await AddWebhookAsync("acme")));
        var failed = await FailAsync(await PublishAsync(Webhook, leased: true), TimeSpan.FromMinutes(5));
        Clock.Advance(TimeSpan.FromMinutes(5));
        var claimed = (await ClaimAsync(Webhook)).Deliveries.Single(delivery => delivery.Id == failed!.Id);
        await FailAsync(claimed, TimeSpan.FromMinutes(10));
        await Store.Deliveries.CancelAsync((await PublishAsync(Webhook)).Id, Cancel);
        for (var i = 0; i < 5; i++)
        {
            await BuryAsync(Webhook);
            Clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private async Task AddLinesAsync()
    {
        Line = [.. (await AppendAsync([.. Enumerable.Range(0, 3).Select(_ => To(NewEvent() with { OrderingKey = "room-1" }, false, Webhook))])).Select(e => e.Deliveries[0])];
        var first = (await ClaimAsync(Webhook)).Deliveries.Single(delivery => delivery.Id == Line[0].Id);
        await FailAsync(first, TimeSpan.FromHours(2));
        await AppendAsync([.. Enumerable.Range(0, 3).Select(_ => To(NewEvent() with { OrderingKey = "room-2" }, true, Ordered))]);
    }

    private async Task AddRedrivesAsync()
    {
        var filter = new DeliveryFilter { WebhookId = Webhook.Id, TenantId = TenantRecord.DefaultId, States = [DeliveryState.Dead] };
        Running = await StartAsync(filter);
        var step = (await Store.Redrives.RedriveBatchAsync(Running.Id, 2, Cancel))!;
        Assert.Equal((2, RedriveState.Running), (step.Retried.Count, step.Redrive.State));
        var ended = await StartAsync(filter with { TenantId = null });
        Assert.True(await Store.Redrives.CancelAsync(ended.Id, Cancel));
    }

    private async Task AddReplaysAsync()
    {
        Assert.Single(await FinishAsync(await StartAsync(For(Webhook) with { EventTypes = ["message.*"] }, onlyMissing: true, wanted: "true")));
        Replaying = await StartAsync(For(Webhook), onlyMissing: false);
        Assert.Equal(2, (await StepAsync(Replaying, 2)).Retried.Count);
    }

    private async Task<RedriveRecord> StartAsync(DeliveryFilter filter) => (await Store.Redrives.CreateAsync(
        new RedriveRecord { Id = NewId("rdr_"), Filter = filter, MaxRatePerSecond = 12.5, CreateTime = Now }, (await Store.Redrives.CountAsync(filter, Cancel))!, Cancel))!;
}
