namespace ControlPlane.Storage.Compliance;

/// <summary>What is stored in the commit of what it follows from: suspensions, and events that tell of changes.</summary>
public abstract class CompletionEffectsTests<TSource> : StorageTests<TSource>
    where TSource : StoreSource, new()
{
    private WebhookRecord _webhook = null!;
    private WebhookRecord _told = null!;

    protected override async Task PrepareAsync()
    {
        _webhook = await AddWebhookAsync();
        _told = await AddWebhookAsync();
    }

    [Fact]
    public async Task Complete_SuspensionAndEvents_AreAllStored()
    {
        var delivery = await PublishAsync(_webhook, leased: true);
        var version = await ReadConfigVersionAsync();
        var head = await ReadHeadAsync();
        var events = new[] { OperationalEvent(), OperationalEvent() };

        var recorded = Assert.IsType<CompletionEffectsResult.Recorded>(await KillAsync(delivery, new(version, Suspended(), events)));

        Assert.Equal((DeliveryState.Dead, EndReason.AttemptsExhausted), (recorded.Completed.Delivery.State, recorded.Completed.Delivery.EndReason));
        Assert.Equal(recorded.Completed.Delivery, await GetAsync(delivery));
        Assert.Single(await Store.Deliveries.ListAttemptsAsync(delivery.Id, Cancel));
        Assert.Equal(version + 1, recorded.Suspension!.ConfigVersion);
        Assert.Equal(version + 1, await ReadConfigVersionAsync());
        var stored = (await Store.Webhooks.GetAsync(_webhook.Id, Cancel))!;
        Assert.Equal((WebhookState.Suspended, StateReason.AddressBlocked, 2), (stored.State, stored.StateReason, stored.Version));
        await AssertStoredAsync(events, recorded.OperationalEvents);
        var changes = await Store.Changes.ReadAfterAsync(head, 10, Cancel);
        Assert.Equal([delivery.Id, .. events.Select(n => n.Deliveries[0].Id)], changes.Select(c => c.Id));
    }

    [Fact]
    public async Task Complete_EventsAlone_LeaveTheConfiguration()
    {
        var delivery = await PublishAsync(_webhook, leased: true);
        var version = await ReadConfigVersionAsync();
        var operational = OperationalEvent();

        var recorded = Assert.IsType<CompletionEffectsResult.Recorded>(await KillAsync(delivery, new(version, null, [operational])));

        Assert.Null(recorded.Suspension);
        Assert.Equal(version, await ReadConfigVersionAsync());
        await AssertStoredAsync([operational], recorded.OperationalEvents);
    }

    [Fact]
    public async Task Complete_EventThatWasStoredBefore_IsNotStoredAgain()
    {
        var version = await ReadConfigVersionAsync();
        var (operational, again) = (Once(OperationalEvent()), Once(OperationalEvent()));
        await KillAsync(await PublishAsync(_webhook, leased: true), new(version, null, [operational]));
        var delivery = await PublishAsync(_webhook, leased: true);

        var recorded = Assert.IsType<CompletionEffectsResult.Recorded>(await KillAsync(delivery, new(version, null, [again, OperationalEvent()])));

        Assert.Equal(DeliveryState.Dead, (await GetAsync(delivery)).State);
        Assert.Equal([true, false], recorded.OperationalEvents.Select(each => each.Duplicate));
        Assert.Empty(recorded.OperationalEvents[0].Deliveries);
        Assert.Empty(await Store.Events.FindAsync(again.Event.Id, null, Cancel));
        Assert.Single(await Store.Events.FindAsync(operational.Event.Id, null, Cancel));
        Assert.Equal(2, (await ClaimAsync(_told)).Deliveries.Count);
    }

    [Fact]
    public async Task Complete_SuspensionAlone_IsStored()
    {
        var delivery = await PublishAsync(_webhook, leased: true);

        var recorded = Assert.IsType<CompletionEffectsResult.Recorded>(
            await KillAsync(delivery, new(await ReadConfigVersionAsync(), Suspended(), [])));

        Assert.Empty(recorded.OperationalEvents);
        Assert.Equal(WebhookState.Suspended, (await Store.Webhooks.GetAsync(_webhook.Id, Cancel))!.State);
    }

    [Fact]
    public async Task Complete_FenceIsStale_StoresNothing()
    {
        var delivery = await PublishAsync(_webhook, leased: true);
        var ended = await SucceedAsync(delivery);
        var version = await ReadConfigVersionAsync();
        var operational = OperationalEvent();

        Assert.IsType<CompletionEffectsResult.Stale>(await KillAsync(delivery, new(version, Suspended(), [operational])));

        await AssertNothingStoredAsync(ended!, version, operational);
    }

    [Fact]
    public async Task Complete_ConfigurationChangedSince_StoresNothing()
    {
        var delivery = await PublishAsync(_webhook, leased: true);
        var computed = await ReadConfigVersionAsync();
        await AddWebhookAsync();
        var operational = OperationalEvent();

        Assert.IsType<CompletionEffectsResult.StaleConfig>(await KillAsync(delivery, new(computed, Suspended(), [operational])));

        await AssertNothingStoredAsync(delivery, computed + 1, operational);
        Assert.IsType<CompletionEffectsResult.Recorded>(await KillAsync(delivery, new(computed + 1, Suspended(), [operational])));
    }

    [Fact]
    public async Task Complete_TenantIsGone_StoresNothing()
    {
        await AddTenantAsync("ten_1");
        var webhook = await AddWebhookAsync("ten_1");
        var delivery = await PublishAsync(webhook, leased: true);
        var version = await ReadConfigVersionAsync("ten_1");
        await Store.Access.DeleteTenantAsync("ten_1", null, force: true, Now, Cancel);

        Assert.IsType<CompletionEffectsResult.StaleConfig>(await KillAsync(delivery, new(version, null, [])));

        Assert.Equal(delivery, await GetAsync(delivery));
    }

    [Fact]
    public async Task Complete_NoticeToAWebhookOfNobody_StoresNothing()
    {
        var delivery = await PublishAsync(_webhook, leased: true);
        var version = await ReadConfigVersionAsync();
        var operational = To(NewEvent("controlplane.delivery.dead"), leased: false, _told with { Id = "wh_unknown" });

        await Assert.ThrowsAsync<ArgumentException>(() => KillAsync(delivery, new(version, Suspended(), [operational])));

        await AssertNothingStoredAsync(delivery, version, operational);
        Assert.NotNull(await SucceedAsync(delivery));
    }

    [Fact]
    public async Task Update_WithEvents_StoresBoth()
    {
        var version = await ReadConfigVersionAsync();
        var operational = OperationalEvent();

        var write = await Store.Webhooks.UpdateAsync(Suspended(), version, [operational], Cancel);

        Assert.Equal((WebhookWriteOutcome.Done, version + 1), (write.Outcome, write.ConfigVersion));
        Assert.Equal(WebhookState.Suspended, (await Store.Webhooks.GetAsync(_webhook.Id, Cancel))!.State);
        await AssertStoredAsync([operational], write.OperationalEvents);
    }

    [Fact]
    public async Task Update_WithEventsComputedBeforeAChange_StoresNothing()
    {
        var computed = await ReadConfigVersionAsync();
        await AddWebhookAsync();
        var operational = OperationalEvent();

        var write = await Store.Webhooks.UpdateAsync(Suspended(), computed, [operational], Cancel);

        Assert.Equal((WebhookWriteOutcome.StaleConfig, computed + 1), (write.Outcome, write.ConfigVersion));
        Assert.Equal(WebhookState.Active, (await Store.Webhooks.GetAsync(_webhook.Id, Cancel))!.State);
        Assert.Empty(await Store.Events.FindAsync(operational.Event.Id, null, Cancel));
    }

    [Fact]
    public async Task Update_WithEventsByAnOldVersion_IsRefusedForThat()
    {
        var computed = await ReadConfigVersionAsync();
        await Store.Webhooks.UpdateAsync(Suspended(), Cancel);
        var operational = OperationalEvent();

        var write = await Store.Webhooks.UpdateAsync(Suspended(), computed, [operational], Cancel);

        Assert.Equal(WebhookWriteOutcome.VersionMismatch, write.Outcome);
        Assert.Empty(await Store.Events.FindAsync(operational.Event.Id, null, Cancel));
    }

    private NewEvent OperationalEvent() => To(NewEvent("controlplane.delivery.dead"), leased: false, _told);

    private static NewEvent Once(NewEvent source) =>
        source with { Event = source.Event with { IdempotencyKey = "once" }, Fingerprint = new byte[32] };

    private WebhookRecord Suspended() => _webhook with
    {
        State = WebhookState.Suspended,
        StateReason = StateReason.AddressBlocked,
        Version = _webhook.Version + 1,
        UpdateTime = Now,
    };

    private Task<CompletionEffectsResult> KillAsync(DeliveryRecord delivery, CompletionEffects effects) => Store.Queue.CompleteAsync(
        new Completion(delivery, NewAttempt(delivery, 500), DeliveryState.Dead, EndReason.AttemptsExhausted, null), effects, Cancel);

    /// <summary>The events are events like any other, and their deliveries wait to be claimed.</summary>
    private async Task AssertStoredAsync(IReadOnlyList<NewEvent> events, IReadOnlyList<AppendedEvent> appended)
    {
        Assert.Equal(events.Select(n => n.Event.Id), appended.Select(a => a.Event.Id));
        foreach (var (operational, stored) in events.Zip(appended))
        {
            Assert.Equal(operational.Event.Payload, Assert.Single(await Store.Events.FindAsync(operational.Event.Id, null, Cancel)).Payload);
            Assert.Equal(DeliveryState.Pending, Assert.Single(stored.Deliveries).State);
        }

        var claimed = (await ClaimAsync(_told)).Deliveries;
        Assert.Equal(events.Select(n => n.Deliveries[0].Id), claimed.Select(d => d.Id));
    }

    private async Task AssertNothingStoredAsync(DeliveryRecord delivery, long configVersion, NewEvent operational)
    {
        Assert.Equal(delivery, await GetAsync(delivery));
        Assert.Equal(configVersion, await ReadConfigVersionAsync());
        Assert.Equal(WebhookState.Active, (await Store.Webhooks.GetAsync(_webhook.Id, Cancel))!.State);
        Assert.Empty(await Store.Events.FindAsync(operational.Event.Id, null, Cancel));
        Assert.Empty((await ClaimAsync(_told)).Deliveries);
    }
}
