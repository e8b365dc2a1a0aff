namespace ControlPlane.Storage.Compliance;

/// <summary>A redrive counts and takes exactly what a list with the same filter shows.</summary>
public abstract class RedriveFilterTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    private readonly List<WebhookRecord> _webhooks = [];
    private readonly List<DateTimeOffset> _times = [];
    private string _eventId = "";

    /// <summary>Two tenants with two webhooks each, three types, two instances, every end.</summary>
    protected override async Task PrepareAsync()
    {
        await AddTenantAsync("other");
        foreach (var tenant in new[] { TenantRecord.DefaultId, "other" })
        {
            WebhookRecord[] webhooks = [await AddWebhookAsync(tenant), await AddWebhookAsync(tenant)];
            _webhooks.AddRange(webhooks);
            foreach (var type in new[] { "order.paid", "order.item.added", "ping" })
            {
                foreach (var instance in new[] { "", "inst-1" })
                {
                    await PublishAllAsync(NewEvent(type, tenant, instance), webhooks);
                }
            }
        }
    }

    private async Task PublishAllAsync(EventRecord stored, WebhookRecord[] webhooks)
    {
        for (var end = 0; end < 4; end++)
        {
            stored = stored with { Id = NewId("evt_"), CreateTime = Now };
            foreach (var delivery in (await AppendAsync(To(stored, leased: true, webhooks)))[0].Deliveries)
            {
                _ = end switch
                {
                    0 => await SucceedAsync(delivery),
                    1 => await KillAsync(delivery),
                    2 => (await Store.Deliveries.CancelAsync(delivery.Id, Cancel)).Delivery,
                    _ => delivery,
                };
            }

            _eventId = end == 1 && _times.Count < 12 ? stored.Id : _eventId;
            _times.Add(Now);
            Clock.Advance(TimeSpan.FromSeconds(10));
        }
    }

    private DeliveryFilter Filter(string name)
    {
        DeliveryState[] ends = [DeliveryState.Succeeded, DeliveryState.Dead, DeliveryState.Cancelled];
        var dead = new DeliveryFilter { States = [DeliveryState.Dead] };
        return name switch
        {
            "dead" => dead,
            "every end" => dead with { States = ends },
            "tenant" => dead with { States = [DeliveryState.Cancelled, DeliveryState.Dead], TenantId = "other" },
            "tenant's dead" => dead with { TenantId = "other" },
            "webhook" => dead with { States = ends, WebhookId = _webhooks[1].Id },
            "webhook's dead" => dead with { WebhookId = _webhooks[1].Id, TenantId = TenantRecord.DefaultId },
            "foreign webhook" => dead with { WebhookId = _webhooks[1].Id, TenantId = "other" },
            "unknown webhook" => dead with { WebhookId = "wh_x" },
            "event" => dead with { EventId = _eventId },
            "unknown event" => dead with { EventId = "evt_x" },
            "type" => dead with { EventTypes = ["ping", "order.paid"] },
            "prefix" => dead with { EventTypes = ["order.*"], States = ends },
            "unknown type" => dead with { EventTypes = ["nothing"] },
            "instance" => dead with { Instance = "inst-1" },
            "unknown instance" => dead with { Instance = "inst-2" },
            "window" => dead with { States = ends, CreatedAfter = _times[5], CreatedBefore = _times[30] },
            _ => new()
            {
                TenantId = "other",
                WebhookId = _webhooks[2].Id,
                States = [DeliveryState.Dead],
                EventTypes = ["order.*"],
                Instance = "inst-1",
                CreatedAfter = _times[24],
                CreatedBefore = _times[47],
            },
        };
    }

    [Theory]
    [InlineData("dead")]
    [InlineData("every end")]
    [InlineData("tenant")]
    [InlineData("tenant's dead")]
    [InlineData("webhook")]
    [InlineData("webhook's dead")]
    [InlineData("foreign webhook")]
    [InlineData("unknown webhook")]
    [InlineData("event")]
    [InlineData("unknown event")]
    [InlineData("type")]
    [InlineData("prefix")]
    [InlineData("unknown type")]
    [InlineData("instance")]
    [InlineData("unknown instance")]
    [InlineData("window")]
    [InlineData("all of them")]
    public async Task Redrive_Filter_TakesWhatAListShows(string name)
    {
        var filter = Filter(name);
        var listed = await ListAsync(new DeliveryQuery(filter));
        listed.Reverse();
        Assert.Equal(name.StartsWith("unknown", StringComparison.Ordinal) || name == "foreign webhook", listed.Count == 0);

        var scope = (await Store.Redrives.CountAsync(filter, Cancel))!;
        Assert.Equal(listed.Count, scope.Count);
        var redrive = new RedriveRecord { Id = NewId("rdv_"), Filter = filter, MaxRatePerSecond = 1, CreateTime = Now };
        redrive = await Store.Redrives.CreateAsync(redrive, scope, Cancel);
        Assert.Equivalent(filter, redrive!.Filter, strict: true);
        var retried = new List<string>();
        while (redrive.State == RedriveState.Running)
        {
            var batch = (await Store.Redrives.RedriveBatchAsync(redrive.Id, 3, Cancel))!;
            retried.AddRange(batch.Retried.Select(delivery => delivery.Id));
            redrive = batch.Redrive;
        }

        Assert.Equal(listed.Select(delivery => delivery.Id), retried);
        Assert.Equal((listed.Count, 0), (redrive.Retried, redrive.Skipped));
    }
}
