namespace ControlPlane.Storage.Compliance;

/// <summary>Erasing what events say, and what becomes of their deliveries.</summary>
public abstract class ErasureTests<TSource> : ErasureTest<TSource>
    where TSource : StoreSource, new()
{
    private static readonly (DeliveryState, EndReason) Erased = (DeliveryState.Cancelled, EndReason.Erased);

    [Fact]
    public async Task Erase_DeliveredEvent_LosesPayloadLabelsAndAnswersAlone()
    {
        var webhook = await AddWebhookAsync();
        var source = NewEvent(instance: "i") with { Labels = Person, IdempotencyKey = "k", OrderingKey = "o" };
        var added = (await AppendAsync(To(source, true, webhook) with { Fingerprint = [1] }))[0];
        var delivered = (await SucceedAsync(added.Deliveries[0]))!;
        Assert.Equal(["ok"], await AnswersAsync(delivered));
        Clock.Advance(Moment);

        Assert.Equal(1, await EraseAsync(added.Event.Id));
        Assert.Equal(0, await EraseAsync(added.Event.Id));
        await ReopenAsync();

        Assert.Equivalent(added.Event with { Payload = null, Labels = null, EraseTime = Now }, await FindEventAsync(added.Event.Id), strict: true);
        var listed = Assert.Single((await Store.Events.ListAsync(new EventQuery { TenantId = webhook.TenantId }, Cancel)).Items);
        Assert.Equal(Now, listed.EraseTime);
        Assert.Equal(delivered, await GetAsync(delivered));
        Assert.Equal([""], await AnswersAsync(delivered));
        Assert.Equal(RetryOrCancelOutcome.PayloadExpired, (await Store.Deliveries.RetryAsync(delivered.Id, Cancel)).Outcome);
    }

    [Fact]
    public async Task Erase_PublishedAgain_IsStillADuplicate()
    {
        NewEvent added = To(NewEvent() with { Id = "theirs", IdempotencyKey = "key", Labels = Person }, false) with { Fingerprint = [1, 2] };
        await AppendAsync(added);
        await EraseAsync("theirs");

        var again = (await AppendAsync(added))[0];

        Assert.True(again.Duplicate);
        Assert.Equal(Now, again.Event.EraseTime);
        Assert.Null((await FindEventAsync("theirs")).Payload);
        Assert.IsType<AppendResult.Conflict>(await TryAppendAsync(added with { Fingerprint = [3] }));
    }

    [Fact]
    public async Task Erase_WaitingDeliveries_EndWithAReason()
    {
        var (webhook, other) = (await AddWebhookAsync(), await AddWebhookAsync());
        var deliveries = (await AppendAsync(To(NewEvent(), false, webhook, other)))[0].Deliveries;
        var failed = (await ClaimAsync(other)).Deliveries[0];
        Assert.Equal(DeliveryState.RetryScheduled, (await FailAsync(failed, TimeSpan.FromMinutes(1)))!.State);
        var kept = await PublishAsync(webhook);
        var head = await ReadHeadAsync();

        await EraseAsync(deliveries[0].EventId);

        foreach (var delivery in deliveries)
        {
            var ended = await GetAsync(delivery);
            Assert.Equal(Erased, EndOf(ended));
            Assert.Null(ended.NextAttemptTime);
        }

        Assert.Equal([""], await AnswersAsync(failed));
        Assert.Equal(
            deliveries.Select(each => each.Id).Order(StringComparer.Ordinal),
            (await Store.Changes.ReadAfterAsync(head, 10, Cancel)).Select(change => change.Id).Order(StringComparer.Ordinal));
        Assert.Equal(1, (await Store.Queue.CountBacklogAsync(webhook.TenantId, Cancel)).OfTenant);
        Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal([kept.Id], (await ClaimAsync(webhook)).Deliveries.Select(each => each.Id));
        Assert.Empty((await ClaimAsync(other)).Deliveries);
    }

    [Fact]
    public async Task Erase_AttemptUnderWay_IsRecordedAndNotRetried()
    {
        var webhook = await AddWebhookAsync();
        DeliveryRecord[] leased =
            [await PublishAsync(webhook, leased: true), await PublishAsync(webhook, leased: true), await PublishAsync(webhook, leased: true)];
        await EraseAsync();

        Assert.Equal(DeliveryState.InFlight, (await GetAsync(leased[0])).State);
        Assert.Equal((DeliveryState.Succeeded, EndReason.Delivered), EndOf(await SucceedAsync(leased[0])));
        Assert.Equal((DeliveryState.Dead, EndReason.AttemptsExhausted), EndOf(await KillAsync(leased[1])));
        var failed = await FailAsync(leased[2], TimeSpan.FromMinutes(1));

        Assert.Equal(Erased, EndOf(failed));
        Assert.Null(failed!.NextAttemptTime);
        foreach (var delivery in leased)
        {
            Assert.Equal([""], await AnswersAsync(delivery));
            Assert.Equal(1, (await GetAsync(delivery)).AttemptCount);
        }

        Assert.Equal(0, (await Store.Queue.CountBacklogAsync(webhook.TenantId, Cancel)).OfAll);
    }

    [Fact]
    public async Task Erase_LeaseThatIsGivenOrTakenBack_EndsTheDelivery()
    {
        var webhook = await AddWebhookAsync();
        var released = await PublishAsync(webhook, leased: true);
        var recovered = await PublishAsync(webhook, leased: true);
        await EraseAsync();
        await ReopenAsync();

        await Store.Queue.ReleaseAsync([new Lease(released.Id, released.Fence)], TimeSpan.Zero, Cancel);
        Assert.Equal(1, await RecoverAsync("node-2"));

        Assert.Equal(Erased, EndOf(await GetAsync(released)));
        Assert.Equal(Erased, EndOf(await GetAsync(recovered)));
        Assert.Null(await SucceedAsync(recovered));
    }

    [Fact]
    public async Task Erase_FirstOfALine_LetsTheNextOneGo()
    {
        var webhook = await AddWebhookAsync();
        var line = (await AppendAsync([.. Enumerable.Range(0, 3).Select(_ => To(NewEvent() with { OrderingKey = "k" }, false, webhook))]))
            .Select(added => added.Deliveries[0]).ToList();

        await EraseAsync(line[0].EventId);
        Assert.Equal([line[1].Id], (await ClaimAsync(webhook)).Deliveries.Select(each => each.Id));
        await EraseAsync(line[1].EventId);
        Assert.Empty((await ClaimAsync(webhook)).Deliveries);
        var failed = await Store.Queue.CompleteAsync(
            new Completion((await GetAsync(line[1])), NewAttempt(line[1], 503), DeliveryState.RetryScheduled, EndReason.None, TimeSpan.FromHours(1)), Cancel);

        Assert.Equal(Erased, EndOf(failed!.Delivery));
        Assert.Equal([line[2].Id], (await ClaimAsync(webhook)).Deliveries.Select(each => each.Id));
    }

    [Fact]
    public async Task Erase_EventOfAReplay_IsPassedOverAndItsLaterDeliveryEnds()
    {
        var webhook = await AddWebhookAsync();
        var stored = await PublishToAsync(NewEvent());
        var kept = await PublishToAsync(NewEvent());
        var later = await ReplayOneAsync(webhook, stored);

        await EraseAsync(stored.Id);

        Assert.Equal(Erased, EndOf(await GetAsync(later)));
        Assert.Equal([kept.Id], (await ReadAllAsync(For(webhook), onlyMissing: false)).Select(each => each.Id));
        Assert.Equal([kept.Id], EventIds(await FinishAsync(await StartAsync(For(webhook), onlyMissing: false))));
    }

    [Fact]
    public async Task Find_ByLabelIdAndTenant_FindsThoseAlone()
    {
        await AddTenantAsync("acme");
        async Task<string> AddAsync(string? person, string tenant = TenantRecord.DefaultId) => (await AppendAsync(To(
            NewEvent(tenant: tenant) with { Labels = person is null ? null : new Dictionary<string, string> { ["person"] = person, ["x"] = "y" } }, false)))[0].Event.Id;
        string[] ids = [await AddAsync("42"), await AddAsync("4"), await AddAsync("7,42"), await AddAsync(null), await AddAsync("42", "acme")];

        Assert.Equal(2, await EraseAsync(labels: Person));
        Assert.Equal([true, false, true, false, false], await AreErasedAsync(ids));
        Assert.Equal(0, await EraseAsync("nobody's"));
        Assert.Equal(0, await EraseAsync(tenant: "nobody"));
        Assert.Equal(0, await EraseAsync(ids[4]));
        Assert.Equal(1, await EraseAsync(ids[1]));
        Assert.Equal([true, true, true, false, false], await AreErasedAsync(ids));
        Assert.Equal(1, await EraseAsync());
        Assert.Equal([true, true, true, true, false], await AreErasedAsync(ids));
        await Store.Access.DeleteTenantAsync("acme", null, force: true, Now, Cancel);
        Assert.Equal(1, await EraseAsync(tenant: "acme"));
    }

    [Fact]
    public async Task Find_LargeEvents_EndsAStretchEarly()
    {
        var payload = new byte[ErasureWalk.MostBytes / 2];
        await AppendAsync([.. Enumerable.Range(0, 5).Select(_ => To(NewEvent() with { Payload = payload }, false))]);

        var stretch = await Store.Erasures.FindAsync(new ErasureWalk(TenantRecord.DefaultId, 0, null, 100), Cancel);

        Assert.Equal(2, stretch.Positions.Count);
        Assert.True(stretch.Next < stretch.End);
    }

    [Fact]
    public async Task Erase_WithAnEntry_StoresItIfSomethingIsErased()
    {
        var stored = await PublishToAsync(NewEvent());
        var entry = new AuditRecord
        {
            TenantId = TenantRecord.DefaultId,
            Actor = new(AuditActorKind.ApiKey, "key_a"),
            Method = "EraseEvents",
            Action = AuditAction.Erased,
            ResourceType = "event",
            ResourceId = stored.Id,
        };

        Assert.Equal(0, await EraseAsync("other", audit: entry));
        Assert.Equal(1, await EraseAsync(stored.Id, audit: entry));
        Assert.Equal(0, await EraseAsync(stored.Id, audit: entry));

        Assert.Single((await Store.Audit.ListAsync(new AuditQuery { ResourceId = stored.Id }, Cancel)).Items);
    }

    [Fact]
    public async Task Retention_RemovesErasedEventsAsOthers()
    {
        var webhook = await AddWebhookAsync();
        await DeliverAsync(webhook);
        await EraseAsync();
        Clock.Advance(MetadataAge + Moment);

        var removed = await RemoveAsync();

        Assert.Equal((0, 1, 1), (removed.Payloads, removed.Deliveries, removed.Events));
    }

    private async Task<List<bool>> AreErasedAsync(string[] ids)
    {
        var erased = new List<bool>();
        foreach (var id in ids)
        {
            erased.Add((await Store.Events.FindAsync(id, null, Cancel))[0].EraseTime is not null);
        }

        return erased;
    }
}
