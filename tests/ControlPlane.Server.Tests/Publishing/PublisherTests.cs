using ControlPlane.Server.Publishing;
using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Publishing;

/// <summary>Every way a publish can end gives back the places it does not use. There is one place here, so a lost one shows.</summary>
public sealed class PublisherTests : WalkTest
{
    private static readonly (string, string) OnePlace = ("Dispatching:Queue", "1");

    [Fact]
    public async Task Publish_NoSuchTenant_IsNotFound()
    {
        await OpenAsync();
        Assert.IsType<PublishResult.TenantNotFound>(await Pipeline.Get<Publisher>().PublishAsync("nobody", [Draft()], Cancel));
    }

    [Fact]
    public async Task Publish_NobodySubscribed_IsStoredWithoutDeliveries()
    {
        await OpenAsync();
        await AddWebhookAsync(with: w => w with { EventTypes = ["invoice.*"] });
        var published = Assert.Single(await PublishAsync(Draft()));
        Assert.Equal((0, 0), (published.Deliveries.Count, published.Event.DeliveryCount));
    }

    [Fact]
    public async Task Publish_MorePlacesThanThereAre_TheRestWaitsInTheStore()
    {
        await OpenAsync(OnePlace);
        await AddWebhookAsync();
        Assert.Equal([DeliveryState.InFlight, DeliveryState.Pending], (await PublishAsync(2)).Select(d => d.State));
    }

    [Theory]
    [InlineData("Publishing:MaxBacklogPerTenant", false)]
    [InlineData("Publishing:MaxBacklog", true)]
    public async Task Publish_BacklogFull_IsRefusedUntilSomeHaveEnded(string limit, bool ofAll)
    {
        await StartAsync(OnePlace, (limit, "3"));
        await AddWebhookAsync(with: w => w with { EventTypes = ["order.*"] });
        var goOn = new TaskCompletionSource<int>();
        Answer = _ => goOn.Task;
        var accepted = await PublishAsync(3);
        var refused = await Pipeline.Get<Publisher>().PublishAsync(TenantRecord.DefaultId, [Draft(), Draft("invoice.paid")], Cancel);
        Assert.Equal(new PublishResult.BacklogFull(3, ofAll), refused);
        Assert.Equal(3, (await Pipeline.Store.Events.ListAsync(new EventQuery(), Cancel)).Items.Count);
        // What nobody receives adds nothing.
        Assert.Empty((await PublishAsync(Draft("invoice.paid")))[0].Deliveries);

        goOn.SetResult(200);
        foreach (var delivery in accepted)
        {
            await UntilAsync(delivery, DeliveryState.Succeeded, TimeSpan.FromMilliseconds(10));
        }

        Assert.Equal(2, (await PublishAsync(2)).Count);
    }

    [Fact]
    public async Task Publish_MoreDeliveriesThanACallMayMake_IsRefusedAndNothingIsStored()
    {
        await OpenAsync(("Publishing:MaxFanOut", "5"));
        for (var i = 1; i <= 3; i++)
        {
            await AddWebhookAsync($"wh_{i}");
        }

        Assert.Equal(
            new PublishResult.FanOutTooLarge(6, 5),
            await Pipeline.Get<Publisher>().PublishAsync(TenantRecord.DefaultId, [Draft(), Draft()], Cancel));
        Assert.Empty((await Pipeline.Store.Events.ListAsync(new EventQuery(), Cancel)).Items);
        Assert.Equal(3, Assert.Single(await PublishAsync(Draft())).Deliveries.Count);
    }

    [Fact]
    public async Task Publish_BatchBeyondTheBacklogThatIsLeft_IsRefusedWhole()
    {
        await OpenAsync(("Publishing:MaxBacklogPerTenant", "5"));
        await AddWebhookAsync("wh_1");
        await AddWebhookAsync("wh_2");
        await PublishAsync(Draft());
        var two = await Pipeline.Get<Publisher>().PublishAsync(TenantRecord.DefaultId, [Draft(), Draft()], Cancel);
        Assert.Equal(new PublishResult.BacklogFull(5, OfAll: false), two);
        await PublishAsync(Draft());
    }

    [Fact]
    public async Task Publish_ManyAtTheSameMoment_DoNotExceedTheBacklog()
    {
        await OpenAsync(("Publishing:MaxBacklogPerTenant", "10"));
        await AddWebhookAsync();
        var publisher = Pipeline.Get<Publisher>();
        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(
            _ => Task.Run(() => publisher.PublishAsync(TenantRecord.DefaultId, [Draft(), Draft()], Cancel))));
        Assert.All(results, result => Assert.True(result is PublishResult.Published or PublishResult.BacklogFull));
        var stored = await Pipeline.Store.Queue.CountBacklogAsync(TenantRecord.DefaultId, Cancel);
        Assert.InRange(stored.OfTenant, 2, 10);
        Assert.Equal(stored.OfTenant, 2 * results.Count(result => result is PublishResult.Published));
    }

    [Theory]
    [InlineData("Publishing:MaxBacklogPerTenant", false)]
    [InlineData("Publishing:MaxBacklog", true)]
    public async Task Publish_AnotherIsStoredWhileTheBacklogIsCounted_DoNotExceedItTogether(string limit, bool ofAll)
    {
        await OpenAsync((limit, "3"));
        await AddWebhookAsync();
        var (counted, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        Pipeline.Queue.AfterCount = () =>
        {
            counted.TrySetResult();
            return goOn.Task;
        };
        var slow = Pipeline.Get<Publisher>().PublishAsync(TenantRecord.DefaultId, [Draft(), Draft()], Cancel);
        await counted.Task;
        Pipeline.Queue.AfterCount = () => Task.CompletedTask;
        await PublishAsync(Draft(), Draft());
        goOn.SetResult();

        Assert.Equal(new PublishResult.BacklogFull(3, ofAll), await slow);
        await PublishAsync(Draft());
    }

    [Fact]
    public async Task Publish_AnotherIsStoredBeforeTheBacklogIsCounted_ThereIsRoomForBoth()
    {
        await OpenAsync(("Publishing:MaxBacklogPerTenant", "4"));
        await AddWebhookAsync();
        var (asked, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        Pipeline.Queue.BeforeCount = () =>
        {
            asked.TrySetResult();
            return goOn.Task;
        };
        var slow = Pipeline.Get<Publisher>().PublishAsync(TenantRecord.DefaultId, [Draft(), Draft()], Cancel);
        await asked.Task;
        Pipeline.Queue.BeforeCount = () => Task.CompletedTask;
        await PublishAsync(Draft(), Draft());
        goOn.SetResult();

        // What is in doubt is asked again instead of being refused.
        Assert.IsType<PublishResult.Published>(await slow);
    }

    [Fact]
    public async Task Publish_Duplicate_AnswersTheFirstAndGivesThePlaceBack()
    {
        await OpenAsync(OnePlace, ("Dispatching:QueuePerWebhook", "1"));
        await PublishAsync(Draft(id: "a"));
        await AddWebhookAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.True(Assert.Single(await PublishAsync(Draft(id: "a"))).Duplicate);
        }

        await AssertPlaceIsFreeAsync();
    }

    [Fact]
    public async Task Publish_Conflict_StoresNothingAndGivesThePlaceBack()
    {
        await OpenAsync(OnePlace);
        await PublishAsync(Draft(key: "k", payload: "1"));
        await AddWebhookAsync();
        var result = await Pipeline.Get<Publisher>().PublishAsync(
            TenantRecord.DefaultId, [Draft(), Draft(key: "k", payload: "2")], Cancel);
        Assert.Equal(1, Assert.IsType<PublishResult.Conflict>(result).Index);
        await AssertPlaceIsFreeAsync();
    }

    [Fact]
    public async Task Publish_Cancelled_GivesThePlaceBack()
    {
        await OpenAsync(OnePlace);
        await AddWebhookAsync();
        await Pipeline.Catalog.GetAsync(TenantRecord.DefaultId, Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Pipeline.Get<Publisher>().PublishAsync(TenantRecord.DefaultId, [Draft()], new CancellationToken(canceled: true)));
        await AssertPlaceIsFreeAsync();
    }

    [Fact]
    public async Task Publish_WebhookChangedUnseen_IsMatchedAnewAndGivesThePlaceBack()
    {
        await OpenAsync(OnePlace);
        var webhook = await AddWebhookAsync();
        await Pipeline.Catalog.GetAsync(TenantRecord.DefaultId, Cancel);
        // As another node would: this one's picture is not told.
        await Pipeline.Store.Webhooks.DeleteAsync(webhook.Id, null, Clock.GetStoreNow(), Cancel);
        Assert.Empty(Assert.Single(await PublishAsync(Draft())).Deliveries);
        await AddWebhookAsync("wh_2");
        await AssertPlaceIsFreeAsync();
    }

    [Fact]
    public async Task Publish_Sent_GivesThePlaceBack()
    {
        await StartAsync(OnePlace);
        await AddWebhookAsync();
        for (var i = 0; i < 5; i++)
        {
            foreach (var delivery in await PublishAsync(3))
            {
                await UntilAsync(delivery, DeliveryState.Succeeded, TimeSpan.FromMilliseconds(10));
            }
        }
    }

    private async Task AssertPlaceIsFreeAsync() =>
        Assert.Equal(DeliveryState.InFlight, Assert.Single(await PublishAsync(1)).State);
}
