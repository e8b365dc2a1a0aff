namespace ControlPlane.Storage.Compliance;

/// <summary>Lines of deliveries with one ordering key, where those behind wait until the one ahead has ended.</summary>
public abstract class OrderingTests<TSource> : OrderingTest<TSource>
    where TSource : StoreSource, new()
{
    private WebhookRecord _webhook = null!;

    [Fact]
    public async Task Append_OneKey_OnlyTheFirstIsBornLeased()
    {
        var batch = await PublishAsync(_webhook, "a", 2);
        var later = await PublishAsync(_webhook, "a", 1);

        Assert.Equal(
            [DeliveryState.InFlight, DeliveryState.Pending, DeliveryState.Pending], batch.Concat(later).Select(d => d.State));
        Assert.Equal((0, Now), (later[0].Fence, later[0].NextAttemptTime!.Value));
        Assert.All(batch, delivery => Assert.Equal("a", delivery.OrderingKey));
        Assert.Equal(later[0], await GetAsync(later[0]));
        var claimed = await ClaimAsync(_webhook);
        Assert.Empty(claimed.Deliveries);
        Assert.Null(claimed.NextDue);
    }

    [Fact]
    public async Task Append_OtherKeysWebhooksAndNone_DoNotWait()
    {
        var other = await AddWebhookAsync();
        await PublishAsync(_webhook, "a", 1);

        var events = await AppendAsync(
            Keyed(_webhook, "b"), To(NewEvent(), leased: true, _webhook), To(NewEvent(), leased: true, _webhook), Keyed(other, "a"));

        Assert.All(events, e => Assert.Equal(DeliveryState.InFlight, e.Deliveries[0].State));
    }

    [Fact]
    public async Task Append_Test_StandsInNoLine()
    {
        await PublishAsync(_webhook, "a", 1);
        var test = new NewDelivery(NewId("dlv_"), _webhook.Id, DeliveryTrigger.Test, Leased: true);

        var delivery = (await AppendAsync(Keyed(_webhook, "a") with { Deliveries = [test] }))[0].Deliveries[0];

        Assert.Equal((DeliveryState.InFlight, ""), (delivery.State, delivery.OrderingKey));
        Assert.Equal(delivery, await GetAsync(delivery));
    }

    [Fact]
    public async Task Append_Keyed_ReadsBackEqual()
    {
        var added = Keyed(_webhook, "Zimmer 7 / ~");
        await AppendAsync(added);

        Assert.Equal("Zimmer 7 / ~", Assert.Single(await Store.Events.FindAsync(added.Event.Id, null, Cancel)).OrderingKey);
        Assert.Equal("Zimmer 7 / ~", Assert.Single((await Store.Events.ListAsync(new EventQuery(), Cancel)).Items).OrderingKey);
    }

    [Theory]
    [InlineData(DeliveryState.Succeeded)]
    [InlineData(DeliveryState.Dead)]
    public async Task Complete_TheFirstEnds_TheNextIsToBeClaimed(DeliveryState state)
    {
        var line = await PublishAsync(_webhook, "a", 3);
        Clock.Advance(TimeSpan.FromSeconds(5));

        var completed = await CompleteAsync(line[0], state);

        Assert.Equal(line[1].CreateTime, completed!.NextInLine);
        Assert.Equal([line[1].Id], await ClaimIdsAsync(_webhook));
        Assert.Empty(await ClaimIdsAsync(_webhook));
    }

    [Fact]
    public async Task Complete_TheLastEnds_NothingIsNext()
    {
        var line = await PublishAsync(_webhook, "a", 1);

        Assert.Null((await CompleteAsync(line[0], DeliveryState.Succeeded))!.NextInLine);
        Assert.Equal(DeliveryState.InFlight, Assert.Single(await PublishAsync(_webhook, "a", 1)).State);
    }

    [Fact]
    public async Task Complete_TheFirstFails_TheNextWaitsForIt()
    {
        var line = await PublishAsync(_webhook, "a", 2);

        Assert.Null((await CompleteAsync(line[0], DeliveryState.RetryScheduled, TimeSpan.FromMinutes(1)))!.NextInLine);

        Assert.Equal(DeliveryState.Pending, Assert.Single(await PublishAsync(_webhook, "a", 1)).State);
        Assert.Equal(Now.AddMinutes(1), (await ClaimAsync(_webhook)).NextDue);
        Clock.Advance(TimeSpan.FromMinutes(1));
        var again = await ClaimOneAsync(_webhook);
        Assert.Equal(line[0].Id, again.Id);
        await SucceedAsync(again);
        Assert.Equal([line[1].Id], await ClaimIdsAsync(_webhook));
    }

    [Fact]
    public async Task Claim_ManyKeys_TakesTheFirstOfEach()
    {
        var published = await AppendAsync(
            [.. "abacab".Select(key => Keyed(_webhook, key.ToString(), leased: false)), To(NewEvent(), leased: false, _webhook)]);

        var claimed = await ClaimIdsAsync(_webhook);

        AppendedEvent[] firsts = [published[0], published[1], published[3], published[6]];
        Assert.Equal(firsts.Select(e => e.Deliveries[0].Id), claimed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancel_TheFirst_TheNextIsToBeClaimed(bool leased)
    {
        var line = await PublishAsync(_webhook, "a", 2, leased);

        Assert.Equal(RetryOrCancelOutcome.Done, (await Store.Deliveries.CancelAsync(line[0].Id, Cancel)).Outcome);

        Assert.Equal([line[1].Id], await ClaimIdsAsync(_webhook));
    }

    [Fact]
    public async Task Cancel_OneBehind_LetsNobodyPass()
    {
        var line = await PublishAsync(_webhook, "a", 3);

        var cancelled = (await Store.Deliveries.CancelAsync(line[1].Id, Cancel)).Delivery!;

        Assert.Null(cancelled.NextAttemptTime);
        Assert.Equal(cancelled, await GetAsync(cancelled));
        Assert.Empty(await ClaimIdsAsync(_webhook));
        await SucceedAsync(line[0]);
        Assert.Equal([line[2].Id], await ClaimIdsAsync(_webhook));
    }

    [Fact]
    public async Task Release_TheFirst_StaysTheFirst()
    {
        var line = await PublishAsync(_webhook, "a", 2);

        await Store.Queue.ReleaseAsync([new Lease(line[0].Id, line[0].Fence)], TimeSpan.FromMinutes(1), Cancel);

        Assert.Empty(await ClaimIdsAsync(_webhook));
        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([line[0].Id], await ClaimIdsAsync(_webhook));
    }

    [Fact]
    public async Task Reopen_ALine_IsAsItWas()
    {
        var line = await PublishAsync(_webhook, "a", 3);

        await ReopenAsync();
        Assert.Equal(1, await RecoverAsync("another"));

        foreach (var expected in line)
        {
            var claimed = await ClaimOneAsync(_webhook);
            Assert.Equal(expected.Id, claimed.Id);
            await SucceedAsync(claimed);
        }
    }

    [Fact]
    public async Task Retry_WhileALaterOneIsLeased_GoesNext()
    {
        var line = await PublishAsync(_webhook, "a", 3);
        await KillAsync(line[0]);
        var second = await ClaimOneAsync(_webhook);

        var retried = (await Store.Deliveries.RetryAsync(line[0].Id, Cancel)).Delivery!;

        Assert.Equal(Now, retried.NextAttemptTime);
        Assert.Empty(await ClaimIdsAsync(_webhook));
        Assert.Equal(Now, (await CompleteAsync(second, DeliveryState.Succeeded))!.NextInLine);
        var first = await ClaimOneAsync(_webhook);
        Assert.Equal(line[0].Id, first.Id);
        await SucceedAsync(first);
        Assert.Equal([line[2].Id], await ClaimIdsAsync(_webhook));
    }

    [Fact]
    public async Task Retry_WhileALaterOneWaits_GoesBeforeIt()
    {
        var line = await PublishAsync(_webhook, "a", 2);
        await KillAsync(line[0]);
        Clock.Advance(TimeSpan.FromSeconds(1));

        await Store.Deliveries.RetryAsync(line[0].Id, Cancel);

        var first = await ClaimOneAsync(_webhook);
        Assert.Equal(line[0].Id, first.Id);
        await SucceedAsync(first);
        Assert.Equal([line[1].Id], await ClaimIdsAsync(_webhook));
    }

    [Fact]
    public async Task Redrive_SeveralOfAKey_GoInTheirOrder()
    {
        var line = await PublishAsync(_webhook, "a", 3);
        await KillAsync(line[0]);
        await KillAsync(await ClaimOneAsync(_webhook));
        await KillAsync(await ClaimOneAsync(_webhook));
        var filter = new DeliveryFilter { WebhookId = _webhook.Id, States = [DeliveryState.Dead] };
        var scope = (await Store.Redrives.CountAsync(filter, Cancel))!;
        var redrive = (await Store.Redrives.CreateAsync(
            new RedriveRecord { Id = NewId("rdv_"), Filter = filter, MaxRatePerSecond = 1 }, scope, Cancel))!;

        Assert.Equal(3, (await Store.Redrives.RedriveBatchAsync(redrive.Id, 10, Cancel))!.Retried.Count);

        foreach (var expected in line)
        {
            var claimed = await ClaimOneAsync(_webhook);
            Assert.Equal(expected.Id, claimed.Id);
            await SucceedAsync(claimed);
        }
    }

    protected override async Task PrepareAsync() => _webhook = await AddWebhookAsync();
}
