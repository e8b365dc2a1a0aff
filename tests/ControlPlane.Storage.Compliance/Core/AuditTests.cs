namespace ControlPlane.Storage.Compliance;

/// <summary>The audit log: an entry for each change, stored with it, and none for what changed nothing.</summary>
public abstract class AuditTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    private const string Tenant = "ten_1";
    private int _made;

    protected override Task PrepareAsync() => AddTenantAsync(Tenant);

    [Fact]
    public async Task Entry_Stored_ReadsBackEqualAfterReopening()
    {
        var entry = NewEntry() with
        {
            Actor = new(AuditActorKind.Jwt, "jwt:\u20ac", "n", Tenant),
            Door = "json",
            PeerAddress = "192.0.2.1",
            Changes = [new("url", null, "\"https://example.com/\""), new("secrets", null, null), new("labels.A", "\"1\"", "\"\u0000\"")],
        };
        await Store.Webhooks.CreateAsync(NewWebhook(Tenant), entry, Cancel);

        await ReopenAsync();
        var stored = Assert.Single((await ListAsync(new() { ResourceId = entry.ResourceId })).Items);
        Assert.Equivalent(entry with { Time = stored.Time }, stored, strict: true);
        Assert.InRange(stored.Time, Now, Now.AddSeconds(1));
    }

    [Fact]
    public async Task Write_ThatChanges_LeavesOneEntryAndOneThatDoesNotLeavesNone()
    {
        var (access, webhooks, types) = (Store.Access, Store.Webhooks, Store.EventTypes);
        var tenant = new TenantRecord { Id = "ten_2", CreateTime = Now, UpdateTime = Now };
        await LeavesAsync(1, entry => access.CreateTenantAsync(tenant, entry, Cancel));
        await LeavesAsync(0, entry => access.CreateTenantAsync(tenant, entry, Cancel));
        await LeavesAsync(1, entry => access.UpdateTenantAsync(tenant with { Version = 2 }, entry, Cancel));
        await LeavesAsync(0, entry => access.UpdateTenantAsync(tenant with { Version = 2 }, entry, Cancel));
        var key = new ApiKeyRecord { Id = "key_1", TenantId = "ten_2", Hash = new byte[32], Scopes = ["admin"], CreateTime = Now };
        await LeavesAsync(1, entry => access.CreateKeyAsync(key, entry, Cancel));
        await LeavesAsync(0, entry => access.CreateKeyAsync(key with { Id = "key_2", TenantId = "nobody", Hash = [1] }, entry, Cancel));
        await LeavesAsync(1, entry => access.RevokeKeyAsync("key_1", Now, entry, Cancel));
        await LeavesAsync(0, entry => access.RevokeKeyAsync("key_1", Now, entry, Cancel));
        await LeavesAsync(0, entry => access.RevokeKeyAsync("key_0", Now, entry, Cancel));
        var webhook = NewWebhook("ten_2");
        await LeavesAsync(1, entry => webhooks.CreateAsync(webhook, entry, Cancel));
        await LeavesAsync(0, entry => webhooks.CreateAsync(NewWebhook("nobody"), entry, Cancel));
        await LeavesAsync(1, entry => webhooks.UpdateAsync(webhook with { Version = 2 }, entry, Cancel));
        await LeavesAsync(0, entry => webhooks.UpdateAsync(webhook with { Version = 2 }, entry, Cancel));
        var version = await ReadConfigVersionAsync("ten_2");
        await LeavesAsync(0, entry => webhooks.UpdateAsync(webhook with { Version = 3 }, version + 1, [], entry, Cancel));
        await LeavesAsync(1, entry => webhooks.UpdateAsync(webhook with { Version = 3 }, version, [], entry, Cancel));
        await LeavesAsync(0, entry => webhooks.DeleteAsync(webhook.Id, 1, Now, entry, Cancel));
        await LeavesAsync(0, entry => access.DeleteTenantAsync("ten_2", null, force: false, Now, entry, Cancel));
        await LeavesAsync(1, entry => webhooks.DeleteAsync(webhook.Id, null, Now, entry, Cancel));
        await LeavesAsync(0, entry => webhooks.DeleteAsync(webhook.Id, null, Now, entry, Cancel));
        var type = new EventTypeRecord { TenantId = "ten_2", Name = "a", CreateTime = Now, UpdateTime = Now };
        await LeavesAsync(1, entry => types.CreateAsync(type, 1, entry, Cancel));
        await LeavesAsync(0, entry => types.CreateAsync(type, 1, entry, Cancel));
        await LeavesAsync(1, entry => types.UpdateAsync(type with { Version = 2 }, entry, Cancel));
        await LeavesAsync(0, entry => types.UpdateAsync(type with { Version = 2 }, entry, Cancel));
        await LeavesAsync(1, entry => types.DeleteAsync("ten_2", "a", null, entry, Cancel));
        await LeavesAsync(0, entry => types.DeleteAsync("ten_2", "a", null, entry, Cancel));
        await LeavesAsync(1, entry => access.DeleteTenantAsync("ten_2", null, force: false, Now, entry, Cancel));
        await LeavesAsync(0, entry => access.DeleteTenantAsync("ten_2", null, force: false, Now, entry, Cancel));
    }

    [Fact]
    public async Task RetryCancelAndRedrive_ThatChange_LeaveOneEntry()
    {
        var delivery = await PublishAsync(await AddWebhookAsync());
        await LeavesAsync(0, entry => Store.Deliveries.RetryAsync(delivery.Id, entry, Cancel));
        await LeavesAsync(1, entry => Store.Deliveries.CancelAsync(delivery.Id, entry, Cancel));
        await LeavesAsync(0, entry => Store.Deliveries.CancelAsync(delivery.Id, entry, Cancel));
        await LeavesAsync(1, entry => Store.Deliveries.RetryAsync(delivery.Id, entry, Cancel));
        await LeavesAsync(0, entry => Store.Deliveries.RetryAsync("dlv_0", entry, Cancel));
        var filter = new DeliveryFilter { TenantId = Tenant, States = [DeliveryState.Dead] };
        var redrive = new RedriveRecord { Id = "rdv_1", Filter = filter, MaxRatePerSecond = 1, CreateTime = Now };
        var scope = (await Store.Redrives.CountAsync(filter, Cancel))!;
        await LeavesAsync(0, entry => Store.Redrives.CreateAsync(redrive with { Filter = filter with { TenantId = "nobody" } }, scope, entry, Cancel));
        await LeavesAsync(1, entry => Store.Redrives.CreateAsync(redrive, scope, entry, Cancel));
        await LeavesAsync(1, entry => Store.Redrives.CancelAsync("rdv_1", entry, Cancel));
        await LeavesAsync(0, entry => Store.Redrives.CancelAsync("rdv_1", entry, Cancel));
    }

    [Fact]
    public async Task Suspension_WithAnAttempt_LeavesOneEntryUnlessItIsStale()
    {
        var webhook = await AddWebhookAsync();
        var delivery = await PublishAsync(webhook, leased: true);
        var version = await ReadConfigVersionAsync();
        var suspended = webhook with { State = WebhookState.Suspended, Version = 2 };
        var completion = new Completion(delivery, NewAttempt(delivery, 500), DeliveryState.Dead, EndReason.AttemptsExhausted, null);

        await LeavesAsync(0, entry => Store.Queue.CompleteAsync(completion, new(version - 1, suspended, []) { Audit = entry }, Cancel));
        await LeavesAsync(1, entry => Store.Queue.CompleteAsync(completion, new(version, suspended, []) { Audit = entry }, Cancel));
        await LeavesAsync(0, entry => Store.Queue.CompleteAsync(completion, new(version + 1, null, []) { Audit = entry }, Cancel));
    }

    [Fact]
    public async Task Entries_Listed_NewestFirstByEveryFilter()
    {
        (string? Tenant, string Actor, string Resource, string Method)[] rows =
        [
            (Tenant, "key_a", "wh_1", "CreateWebhook"), (Tenant, "key_b", "wh_1", "UpdateWebhook"), (null, "key_p", "key_a", "CreateApiKey"),
            ("ten_2", "key_a", "wh_2", "UpdateWebhook"), (Tenant, "", "wh_1", ""), (Tenant, "key_a", "order.paid", "CreateEventType"),
        ];
        foreach (var (tenant, actor, resource, method) in rows)
        {
            await AddEntryAsync(NewEntry() with
            {
                TenantId = tenant,
                Actor = new(AuditActorKind.ApiKey, actor),
                ResourceType = resource.StartsWith("wh_", StringComparison.Ordinal) ? "webhook" : "other",
                ResourceId = resource,
                Method = method,
            });
        }

        Assert.Equal([5, 4, 1, 0], await FindAsync(rows, new() { TenantId = Tenant }));
        Assert.Equal([5, 3, 0], await FindAsync(rows, new() { ActorId = "key_a" }));
        Assert.Equal([5, 0], await FindAsync(rows, new() { ActorId = "key_a", TenantId = Tenant }));
        Assert.Equal([4, 1, 0], await FindAsync(rows, new() { ResourceId = "wh_1" }));
        Assert.Equal([0], await FindAsync(rows, new() { ResourceId = "wh_1", ActorId = "key_a", Method = "CreateWebhook" }));
        Assert.Equal([3, 1], await FindAsync(rows, new() { Method = "UpdateWebhook" }));
        Assert.Equal([1], await FindAsync(rows, new() { Method = "UpdateWebhook", TenantId = Tenant }));
        Assert.Equal([4, 3, 1, 0], await FindAsync(rows, new() { ResourceType = "webhook" }));
        Assert.Empty(await FindAsync(rows, new() { ResourceType = "webhook", ResourceId = "order.paid" }));
        Assert.Empty(await FindAsync(rows, new() { TenantId = "nobody" }));
        Assert.Equal([5, 4, 3, 2, 1, 0], await FindAsync(rows, new()));
    }

    [Fact]
    public async Task Entries_ListedByTime_ComeFromTheSpanAlone()
    {
        Clock.Advance(TimeSpan.FromSeconds(10));
        var began = Now;
        await AddEntryAsync(NewEntry() with { ResourceId = "a" });
        Clock.Advance(TimeSpan.FromSeconds(10));
        await AddEntryAsync(NewEntry() with { ResourceId = "b" });
        var b = (await ListAsync(new() { ResourceId = "b" })).Items[0].Time;
        Clock.Advance(TimeSpan.FromSeconds(10));
        await AddEntryAsync(NewEntry() with { ResourceId = "c" });

        Assert.Equal(["c", "b", "a"], await IdsAsync(new() { After = began }));
        Assert.Equal(["c", "b"], await IdsAsync(new() { After = b }));
        Assert.Equal(["a"], await IdsAsync(new() { After = began, Before = b }));
        Assert.Equal(["b"], await IdsAsync(new() { ResourceId = "b", After = b, Before = b.AddMicroseconds(1) }));
        Assert.Empty(await IdsAsync(new() { After = Now.AddDays(1) }));
        Assert.Empty(await IdsAsync(new() { Before = DateTimeOffset.UnixEpoch }));
    }

    [Fact]
    public async Task Times_OfEntriesAtOnceAndAfterReopening_AreAllDifferentAndInOrder()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AddEntryAsync(NewEntry())));
        await ReopenAsync();
        await AddEntryAsync(NewEntry() with { ResourceId = "last" });

        var all = await ReadAllAsync(position => ListAsync(new() { Position = position, Limit = 3 }));
        Assert.Equal("last", all[0].ResourceId);
        Assert.True(all.Count >= 21);
        Assert.Equal(all.Count, all.Select(entry => entry.Time).Distinct().Count());
        Assert.Equal(all.Select(entry => entry.Time).OrderDescending(), all.Select(entry => entry.Time));
    }

    [Fact]
    public async Task Retention_RemovesWhatIsOlderInBatches()
    {
        for (var i = 0; i < 7; i++)
        {
            await AddEntryAsync(NewEntry() with { ResourceId = "old" });
        }

        Clock.Advance(TimeSpan.FromDays(1));
        await AddEntryAsync(NewEntry() with { ResourceId = "young" });
        var entries = (await ListAsync(new())).Items.Count;
        var terms = new RetentionTerms(Now.AddDays(-7), Now.AddDays(-30), 10, Now, 3);

        Assert.Equal(0, await RemoveAsync(terms));
        Assert.Equal(entries - 1, await RemoveAsync(terms with { AuditBefore = Now }));
        Assert.Equal(["young"], await IdsAsync(new()));
        Assert.Empty(await IdsAsync(new() { ResourceId = "old" }));
    }

    private AuditRecord NewEntry() => new()
    {
        TenantId = Tenant,
        Actor = new(AuditActorKind.ApiKey, "key_a", "ops", Tenant),
        Method = "CreateWebhook",
        Action = AuditAction.Created,
        ResourceType = "webhook",
        ResourceId = $"wh_{++_made}",
    };

    private async Task AddEntryAsync(AuditRecord entry) => await Store.Webhooks.CreateAsync(NewWebhook(), entry, Cancel);

    private Task<Page<AuditRecord>> ListAsync(AuditQuery query) => Store.Audit.ListAsync(query, Cancel);

    private async Task<IEnumerable<string>> IdsAsync(AuditQuery query) =>
        (await ReadAllAsync(position => ListAsync(query with { Position = position, Limit = 2 }))).Select(entry => entry.ResourceId);

    private async Task<List<int>> FindAsync((string? Tenant, string Actor, string Resource, string Method)[] rows, AuditQuery query) =>
    [
        .. (await ReadAllAsync(position => ListAsync(query with { Position = position, Limit = 2 })))
            .Select(entry => Array.IndexOf(rows, (entry.TenantId, entry.Actor.Id, entry.ResourceId, entry.Method)))
            .Where(row => row >= 0),
    ];

    private async Task LeavesAsync<T>(int expected, Func<AuditRecord, Task<T>> write)
    {
        var entry = NewEntry();
        await write(entry);
        Assert.Equal(expected, (await ListAsync(new() { ResourceId = entry.ResourceId })).Items.Count);
    }

    private async Task<int> RemoveAsync(RetentionTerms terms)
    {
        var removed = 0;
        await foreach (var step in Store.Maintenance.RemoveExpiredAsync(terms, Cancel))
        {
            Assert.InRange(step.AuditEvents, 0, terms.Batch);
            removed += step.AuditEvents;
        }

        return removed;
    }
}
