namespace ControlPlane.Storage.Compliance;

/// <summary>Lines where a delivery that failed steps aside until its retry is due.</summary>
public abstract class ParkingTests<TSource> : OrderingTest<TSource>
    where TSource : StoreSource, new()
{
    private static readonly TimeSpan Delay = TimeSpan.FromMinutes(1);
    private WebhookRecord _webhook = null!;

    [Fact]
    public async Task Complete_TheFirstFails_TheNextGoesOn()
    {
        var line = await PublishAsync(_webhook, "a", 3);

        Assert.Equal(Now, (await CompleteAsync(line[0], DeliveryState.RetryScheduled, Delay))!.NextInLine);

        Assert.Equal([line[1].Id], await ClaimIdsAsync(_webhook));
        Assert.Empty(await ClaimIdsAsync(_webhook));
    }

    [Fact]
    public async Task Claim_TheParkedOneIsDue_GoesBeforeThoseBehind()
    {
        var line = await PublishAsync(_webhook, "a", 3);
        await FailAsync(line[0], Delay);
        var second = await ClaimOneAsync(_webhook);
        Clock.Advance(Delay);

        Assert.Empty(await ClaimIdsAsync(_webhook));
        await SucceedAsync(second);

        var first = await ClaimOneAsync(_webhook);
        Assert.Equal(line[0].Id, first.Id);
        await SucceedAsync(first);
        Assert.Equal([line[2].Id], await ClaimIdsAsync(_webhook));
    }

    [Fact]
    public async Task Claim_TheParkedOneIsDueAndTheNextUntaken_GoesFirst()
    {
        var line = await PublishAsync(_webhook, "a", 2);
        await FailAsync(line[0], Delay);
        Clock.Advance(Delay);

        var first = await ClaimOneAsync(_webhook);

        Assert.Equal(line[0].Id, first.Id);
        await FailAsync(first, Delay);
        Assert.Equal([line[1].Id], await ClaimIdsAsync(_webhook));
    }

    [Fact]
    public async Task Append_AllOthersParked_IsBornLeased()
    {
        var parked = await PublishAsync(_webhook, "a", 1);
        await FailAsync(parked[0], Delay);

        Assert.Equal(DeliveryState.InFlight, Assert.Single(await PublishAsync(_webhook, "a", 1)).State);
        Assert.Equal(DeliveryState.Pending, Assert.Single(await PublishAsync(_webhook, "a", 1)).State);
    }

    [Fact]
    public async Task Complete_RetryDueAtOnce_GoesAgainFirst()
    {
        var line = await PublishAsync(_webhook, "a", 2);

        await FailAsync(line[0], TimeSpan.Zero);

        Assert.Equal([line[0].Id], await ClaimIdsAsync(_webhook));
    }

    [Fact]
    public async Task Release_OneNotTriedYet_IsNotPassed()
    {
        var line = await PublishAsync(_webhook, "a", 2);

        await Store.Queue.ReleaseAsync([new Lease(line[0].Id, line[0].Fence)], Delay, Cancel);

        Assert.Empty(await ClaimIdsAsync(_webhook));
        Clock.Advance(Delay);
        Assert.Equal([line[0].Id], await ClaimIdsAsync(_webhook));
    }

    [Fact]
    public async Task Release_OneThatFailedBefore_StepsAsideAgain()
    {
        var line = await PublishAsync(_webhook, "a", 2);
        await FailAsync(line[0], TimeSpan.Zero);
        var again = await ClaimOneAsync(_webhook);

        await Store.Queue.ReleaseAsync([new Lease(again.Id, again.Fence)], Delay, Cancel);

        Assert.Equal([line[1].Id], await ClaimIdsAsync(_webhook));
    }

    [Fact]
    public async Task Update_ToPark_LetsThoseBehindGo()
    {
        var blocking = await AddWebhookAsync(HeadOfLine.Block);
        var (a, b) = (await PublishAsync(blocking, "a", 2), await PublishAsync(blocking, "b", 3));
        await FailAsync(a[0], Delay);
        await FailAsync(b[0], Delay);
        Assert.Empty(await ClaimIdsAsync(blocking));

        Assert.Equal(HeadOfLine.Park, (await ChangeAsync(blocking, HeadOfLine.Park)).HeadOfLine);

        Assert.Equal([a[1].Id, b[1].Id], await ClaimIdsAsync(blocking));
    }

    [Fact]
    public async Task Update_ToPark_DoesNotPassOneThatIsSent()
    {
        var blocking = await AddWebhookAsync(HeadOfLine.Block);
        var line = await PublishAsync(blocking, "a", 2);

        await ChangeAsync(blocking, HeadOfLine.Park);

        Assert.Empty(await ClaimIdsAsync(blocking));
        await FailAsync(line[0], Delay);
        Assert.Equal([line[1].Id], await ClaimIdsAsync(blocking));
    }

    [Fact]
    public async Task Update_ToBlock_WaitsForTheParkedOnesAgain()
    {
        var line = await PublishAsync(_webhook, "a", 2);
        await FailAsync(line[0], Delay);

        await ChangeAsync(_webhook, HeadOfLine.Block);

        Assert.Empty(await ClaimIdsAsync(_webhook));
        Clock.Advance(Delay);
        var first = await ClaimOneAsync(_webhook);
        Assert.Equal(line[0].Id, first.Id);
        await SucceedAsync(first);
        Assert.Equal([line[1].Id], await ClaimIdsAsync(_webhook));
    }

    [Fact]
    public async Task Get_Webhook_TellsTheChoice()
    {
        Assert.Equal(HeadOfLine.Park, (await Store.Webhooks.GetAsync(_webhook.Id, Cancel))!.HeadOfLine);
        await ReopenAsync();
        Assert.Equal(HeadOfLine.Park, (await Store.Webhooks.LoadTenantAsync(_webhook.TenantId, Cancel))!.Webhooks[0].HeadOfLine);
    }

    protected override async Task PrepareAsync() => _webhook = await AddWebhookAsync(HeadOfLine.Park);
}
