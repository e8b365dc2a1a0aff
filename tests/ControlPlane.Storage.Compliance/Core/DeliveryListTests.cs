namespace ControlPlane.Storage.Compliance;

/// <summary>Listing deliveries by every filter, page by page.</summary>
public abstract class DeliveryListTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    private readonly List<DeliveryRecord> _all = [];

    /// <summary>Two tenants with two webhooks each, four types, two instances, every state, over an hour.</summary>
    protected override async Task PrepareAsync()
    {
        await AddTenantAsync("other");
        foreach (var tenant in new[] { TenantRecord.DefaultId, "other" })
        {
            WebhookRecord[] webhooks = [await AddWebhookAsync(tenant), await AddWebhookAsync(tenant)];
            foreach (var type in new[] { "order.paid", "order.item.added", "orders", "ping" })
            {
                foreach (var instance in new[] { "", "inst-1" })
                {
                    foreach (var state in Enum.GetValues<DeliveryState>())
                    {
                        await AddAsync(NewEvent(type, tenant, instance), webhooks, state);
                        Clock.Advance(TimeSpan.FromSeconds(20));
                    }
                }
            }
        }
    }

    private async Task AddAsync(EventRecord stored, WebhookRecord[] webhooks, DeliveryState state)
    {
        foreach (var delivery in (await AppendAsync(To(stored, state != DeliveryState.Pending, webhooks)))[0].Deliveries)
        {
            _all.Insert(0, state switch
            {
                DeliveryState.RetryScheduled => (await FailAsync(delivery, TimeSpan.FromDays(1)))!,
                DeliveryState.Succeeded => (await SucceedAsync(delivery))!,
                DeliveryState.Dead => (await KillAsync(delivery))!,
                DeliveryState.Cancelled => (await Store.Deliveries.CancelAsync(delivery.Id, Cancel)).Delivery!,
                _ => delivery,
            });
        }
    }

    private async Task CheckAsync(DeliveryQuery query, Func<DeliveryRecord, bool> expected)
    {
        foreach (var limit in new[] { 1_000, 7, 1 })
        {
            Assert.Equal(_all.Where(expected), await ListAsync(query with { Limit = limit }));
        }
    }

    [Fact]
    public async Task List_FewAmongMany_AreFoundOnceEach_AndTheLastPageIsKnown()
    {
        var webhook = await AddWebhookAsync();
        var rare = new List<DeliveryRecord>();
        for (var i = 0; i < 3; i++)
        {
            await AppendAsync([.. Enumerable.Range(0, 700).Select(_ => To(NewEvent("common"), leased: false, webhook))]);
            rare.Insert(0, await PublishAsync(webhook, type: "rare"));
        }

        foreach (var query in new DeliveryQuery[] { new(), new() { WebhookId = webhook.Id }, new() { TenantId = webhook.TenantId } })
        {
            foreach (var limit in new[] { 1, 3, 50 })
            {
                Assert.Equal(rare, await ListAsync(query with { EventTypes = ["rare"], Limit = limit }));
            }
        }

        var ofWebhook = new DeliveryQuery { EventTypes = ["rare"], WebhookId = webhook.Id, Limit = 2 };
        var second = (await Store.Deliveries.ListAsync(ofWebhook, Cancel)).Positions[1];
        var page = await Store.Deliveries.ListAsync(ofWebhook with { Before = second, Limit = 1 }, Cancel);
        Assert.Equal((rare[2], null), (Assert.Single(page.Items), page.Next));
    }

    [Fact]
    public async Task List_Positions_AreThoseBeforeWhichAListGoesOn()
    {
        foreach (var webhook in new[] { null, _all[0].WebhookId })
        {
            var query = new DeliveryQuery { WebhookId = webhook, Limit = 20 };
            var page = await Store.Deliveries.ListAsync(query, Cancel);

            Assert.Equal(page.Items.Count, page.Positions.Count);
            Assert.Equal(page.Positions.OrderDescending(), page.Positions);
            for (var i = 1; i < page.Items.Count; i++)
            {
                Assert.Equal(page.Items[i], (await Store.Deliveries.ListAsync(query with { Before = page.Positions[i - 1], Limit = 1 }, Cancel)).Items[0]);
            }
        }
    }

    [Fact]
    public Task List_NoFilter_NewestFirst() => CheckAsync(new DeliveryQuery(), _ => true);

    [Fact]
    public Task List_Tenant_OnlyIts() =>
        CheckAsync(new DeliveryQuery { TenantId = "other" }, d => d.TenantId == "other");

    [Fact]
    public Task List_Webhook_OnlyIts() =>
        CheckAsync(new DeliveryQuery { WebhookId = _all[0].WebhookId }, d => d.WebhookId == _all[0].WebhookId);

    [Fact]
    public Task List_WebhookOfAnotherTenant_IsEmpty() => CheckAsync(
        new DeliveryQuery { WebhookId = _all[0].WebhookId, TenantId = TenantRecord.DefaultId }, _ => false);

    [Fact]
    public Task List_Event_OnlyIts() =>
        CheckAsync(new DeliveryQuery { EventId = _all[20].EventId }, d => d.EventId == _all[20].EventId);

    [Theory]
    [InlineData(DeliveryState.Pending)]
    [InlineData(DeliveryState.InFlight)]
    [InlineData(DeliveryState.RetryScheduled)]
    [InlineData(DeliveryState.Succeeded)]
    [InlineData(DeliveryState.Dead)]
    [InlineData(DeliveryState.Cancelled)]
    [InlineData(DeliveryState.Pending, DeliveryState.RetryScheduled)]
    [InlineData(DeliveryState.Pending, DeliveryState.InFlight, DeliveryState.RetryScheduled)]
    [InlineData(DeliveryState.Dead, DeliveryState.RetryScheduled)]
    [InlineData(DeliveryState.Dead, DeliveryState.Cancelled, DeliveryState.Succeeded)]
    public async Task List_States_OnlyThose(params DeliveryState[] states)
    {
        var webhook = _all[^1].WebhookId;

        await CheckAsync(new DeliveryQuery { States = states }, d => states.Contains(d.State));
        await CheckAsync(
            new DeliveryQuery { States = states, TenantId = "other" },
            d => states.Contains(d.State) && d.TenantId == "other");
        await CheckAsync(
            new DeliveryQuery { States = states, WebhookId = webhook },
            d => states.Contains(d.State) && d.WebhookId == webhook);
        await CheckAsync(
            new DeliveryQuery { States = states, WebhookId = webhook, EventTypes = ["order.*"], Instance = "inst-1" },
            d => states.Contains(d.State) && d.WebhookId == webhook && d.Instance == "inst-1"
                && d.EventType.StartsWith("order.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task List_EventTypes_ExactOrPrefix()
    {
        await CheckAsync(new DeliveryQuery { EventTypes = ["ping"] }, d => d.EventType == "ping");
        await CheckAsync(
            new DeliveryQuery { EventTypes = ["order.*"] },
            d => d.EventType.StartsWith("order.", StringComparison.Ordinal));
        await CheckAsync(
            new DeliveryQuery { EventTypes = ["order.item.*", "ping", "unknown"] },
            d => d.EventType is "order.item.added" or "ping");
        await CheckAsync(new DeliveryQuery { EventTypes = ["order"] }, _ => false);
    }

    [Fact]
    public async Task List_Instance_OnlyIts()
    {
        await CheckAsync(new DeliveryQuery { Instance = "inst-1" }, d => d.Instance == "inst-1");
        await CheckAsync(new DeliveryQuery { Instance = "" }, d => d.Instance.Length == 0);
        await CheckAsync(
            new DeliveryQuery { Instance = "inst-1", TenantId = "other", EventTypes = ["ping"] },
            d => d.Instance == "inst-1" && d.TenantId == "other" && d.EventType == "ping");
    }

    [Fact]
    public async Task List_HowTheLastAttemptEnded_OnlyThose()
    {
        var (code, failure) = _all.Where(d => d.LastFailure != FailureKind.None).Select(d => (d.LastStatusCode, d.LastFailure)).First();
        var webhook = _all.First(d => d.LastFailure == failure).WebhookId;

        await CheckAsync(new() { StatusCodes = [code, 998] }, d => d.LastStatusCode == code);
        await CheckAsync(new() { StatusCodes = [998] }, _ => false);
        await CheckAsync(new() { StatusCodes = [0] }, d => d.LastStatusCode == 0);
        await CheckAsync(new() { Failures = [failure] }, d => d.LastFailure == failure);
        await CheckAsync(
            new() { Failures = [failure, FailureKind.Dns], WebhookId = webhook, States = [DeliveryState.Dead] },
            d => d.LastFailure == failure && d.WebhookId == webhook && d.State == DeliveryState.Dead);
        await CheckAsync(
            new() { StatusCodes = [code], TenantId = "other", States = [DeliveryState.RetryScheduled] },
            d => d.LastStatusCode == code && d.TenantId == "other" && d.State == DeliveryState.RetryScheduled);
    }

    [Fact]
    public async Task List_CreateTime_FromIncludedToExcluded()
    {
        var from = _all[^40].CreateTime;
        var to = _all[30].CreateTime;

        await CheckAsync(new DeliveryQuery { CreatedAfter = from }, d => d.CreateTime >= from);
        await CheckAsync(new DeliveryQuery { CreatedBefore = to }, d => d.CreateTime < to);
        foreach (var query in new[]
        {
            new DeliveryQuery { CreatedAfter = from, CreatedBefore = to },
            new DeliveryQuery { CreatedAfter = from, CreatedBefore = to, TenantId = "other" },
            new DeliveryQuery { CreatedAfter = from, CreatedBefore = to, WebhookId = _all[60].WebhookId },
            new DeliveryQuery { CreatedAfter = from, CreatedBefore = to, States = [DeliveryState.Pending] },
            new DeliveryQuery { CreatedAfter = from, CreatedBefore = to, States = [DeliveryState.Dead], TenantId = "other" },
        })
        {
            await CheckAsync(query, d => d.CreateTime >= from && d.CreateTime < to
                && (query.TenantId is null || d.TenantId == query.TenantId)
                && (query.WebhookId is null || d.WebhookId == query.WebhookId)
                && (query.States.Count == 0 || query.States.Contains(d.State)));
        }
    }

    [Fact]
    public async Task List_CreateTimesOutOfOrder_FindsAll()
    {
        var webhook = (await Store.Webhooks.GetAsync(_all[0].WebhookId, Cancel))!;
        var back = Now.AddHours(-3);
        var old = NewEvent(tenant: "other") with { CreateTime = back };
        await AddAsync(old, [webhook], DeliveryState.Pending);
        await AddAsync(NewEvent(tenant: "other"), [webhook], DeliveryState.Pending);

        await CheckAsync(new DeliveryQuery { CreatedBefore = back.AddHours(1) }, d => d.CreateTime < back.AddHours(1));
        await CheckAsync(new DeliveryQuery { CreatedAfter = Now }, d => d.CreateTime >= Now);
    }

    [Theory]
    [InlineData("nobody", null, null, null)]
    [InlineData(null, "wh_unknown", null, null)]
    [InlineData(null, null, "evt_unknown", null)]
    [InlineData(null, null, null, "nowhere")]
    public Task List_Unknown_IsEmpty(string? tenant, string? webhook, string? eventId, string? instance) => CheckAsync(
        new DeliveryQuery { TenantId = tenant, WebhookId = webhook, EventId = eventId, Instance = instance }, _ => false);

    [Fact]
    public async Task List_SameEventIdInTwoTenants_AnswersBothUnlessNarrowed()
    {
        foreach (var recent in new[] { _all[^1], _all[0] })
        {
            var webhook = (await Store.Webhooks.GetAsync(recent.WebhookId, Cancel))!;
            await AddAsync(
                NewEvent(tenant: recent.TenantId) with { Id = "evt_same" }, [webhook], DeliveryState.Succeeded);
        }

        await CheckAsync(new DeliveryQuery { EventId = "evt_same" }, d => d.EventId == "evt_same");
        await CheckAsync(
            new DeliveryQuery { EventId = "evt_same", TenantId = "other" },
            d => d.EventId == "evt_same" && d.TenantId == "other");
    }

    [Fact]
    public async Task List_AddedWhilePaging_PagesStayStable()
    {
        var before = _all.ToList();
        var webhook = (await Store.Webhooks.GetAsync(_all[0].WebhookId, Cancel))!;

        var read = await ReadAllAsync(async position =>
        {
            var page = await Store.Deliveries.ListAsync(new DeliveryQuery { Before = position, Limit = 10 }, Cancel);
            await PublishAsync(webhook);
            return page;
        });

        Assert.Equal(before, read);
    }

    [Fact]
    public async Task List_ExactlyOnePage_HasNoNext()
    {
        var page = await Store.Deliveries.ListAsync(new DeliveryQuery { Limit = _all.Count }, Cancel);

        Assert.Equal(_all.Count, page.Items.Count);
        Assert.Null(page.Next);
    }

    [Fact]
    public async Task List_ThousandsOfSeveralWebhooks_EachWebhooksOwnNewestFirst()
    {
        WebhookRecord[] webhooks = [await AddWebhookAsync(), await AddWebhookAsync(), await AddWebhookAsync()];
        var expected = webhooks.ToDictionary(webhook => webhook.Id, _ => new List<string>());
        for (var batch = 0; batch < 5; batch++)
        {
            var events = Enumerable.Range(0, 250).Select(i => To(NewEvent(), false, webhooks[i % 2], webhooks[(i % 5 == 0) ? 2 : (i + 1) % 2]));
            foreach (var delivery in (await AppendAsync([.. events])).SelectMany(appended => appended.Deliveries))
            {
                expected[delivery.WebhookId].Insert(0, delivery.Id);
            }

            foreach (var (webhook, ids) in expected)
            {
                var listed = await ListAsync(new DeliveryQuery { WebhookId = webhook, Limit = 100 });
                Assert.Equal(ids, listed.Select(delivery => delivery.Id));
            }
        }

        var cancelled = expected[webhooks[2].Id];
        await Task.WhenAll(cancelled.Select(id => Store.Deliveries.CancelAsync(id, Cancel)));
        var filter = new DeliveryFilter
        {
            TenantId = TenantRecord.DefaultId,
            WebhookId = webhooks[2].Id,
            States = [DeliveryState.Succeeded, DeliveryState.Cancelled],
        };
        Assert.Equal(cancelled.Count, (await Store.Redrives.CountAsync(filter, Cancel))!.Count);
    }
}
