using System.Text;
using ControlPlane.Server.Dispatching;
using ControlPlane.Server.Publishing;
using ControlPlane.Signing;
using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Dispatching;

/// <summary>What is sent, how much at once, and to whom first.</summary>
public sealed class SendingTests : WalkTest
{
    [Fact]
    public async Task Publish_FirstTry_IsSentSignedAndRecorded()
    {
        await StartAsync();
        await AddWebhookAsync();
        var published = (await PublishAsync(Draft(payload: "{ \"n\" : 1 }")))[0];
        var delivery = await UntilAsync(published.Deliveries[0], DeliveryState.Succeeded);

        var request = Assert.Single(Received);
        Assert.Equal(published.Event.Id, request.Id);
        Assert.Equal("{ \"n\" : 1 }", Encoding.UTF8.GetString(request.Body));
        Assert.True(new WebhookVerifier(Secret, timeProvider: Clock).Verify(request.Headers, request.Body).IsValid);
        var attempt = Assert.Single(await Pipeline.Store.Deliveries.ListAttemptsAsync(delivery.Id, Cancel));
        Assert.Equal((1, 200, FailureKind.None, "thanks", "127.0.0.1"),
            (attempt.Number, attempt.StatusCode, attempt.Failure, attempt.ResponseExcerpt, attempt.RemoteAddress));
    }

    [Fact]
    public async Task Publish_MaxInFlight_IsHonoured()
    {
        await StartAsync();
        await AddWebhookAsync(with: w => w with { MaxInFlight = 2 });
        var both = new TaskCompletionSource();
        Answer = async request =>
        {
            if (request.Number == 2)
            {
                both.SetResult();
            }

            await both.Task;
            return 200;
        };
        await UntilAllAsync(await PublishAsync(40), DeliveryState.Succeeded);
        Assert.Equal(2, Received.Max(request => request.InFlight));
    }

    [Fact]
    public async Task Publish_MaxInFlightOfTheProcess_IsHonoured()
    {
        await StartAsync(("Dispatching:MaxInFlight", "3"));
        await AddWebhookAsync("wh_1");
        await AddWebhookAsync("wh_2");
        await UntilAllAsync(await PublishAsync(30), DeliveryState.Succeeded);
        Assert.InRange(Received.Max(request => request.InFlight), 1, 3);
    }

    [Fact]
    public async Task Publish_AnotherWebhookHangs_IsSentAllTheSame()
    {
        await StartAsync(("Dispatching:MaxInFlight", "16"));
        var hangs = new TaskCompletionSource<int>();
        Answer = request => request.Path == "/wh_stuck" ? hangs.Task : Task.FromResult(200);
        await AddWebhookAsync("wh_stuck");
        await AddWebhookAsync("wh_well");
        var deliveries = await PublishAsync(100);
        await UntilAllAsync(deliveries.Where(d => d.WebhookId == "wh_well"), DeliveryState.Succeeded);
        Assert.InRange(Received.Count(request => request.Path == "/wh_stuck"), 0, 8);
        hangs.SetResult(200);
        await UntilAllAsync(deliveries, DeliveryState.Succeeded);
    }

    [Fact]
    public async Task Publish_AnotherTenantsReceiversAllHang_IsSentAllTheSame()
    {
        await StartAsync(("Dispatching:MaxInFlight", "16"), ("Dispatching:Queue", "64"));
        await Pipeline.Store.Access.CreateTenantAsync(new() { Id = "hanging", CreateTime = Clock.GetStoreNow(), UpdateTime = Clock.GetStoreNow() }, Cancel);
        var hangs = new TaskCompletionSource<int>();
        Answer = request => request.Path == "/wh_well" ? Task.FromResult(200) : hangs.Task;
        for (var i = 0; i < 10; i++)
        {
            await AddWebhookAsync($"wh_{i}", w => w with { TenantId = "hanging" });
        }

        await AddWebhookAsync("wh_well");
        var stuck = Assert.IsType<PublishResult.Published>(
            await Pipeline.Get<Publisher>().PublishAsync("hanging", [.. Enumerable.Range(0, 20).Select(_ => Draft())], Cancel));
        await UntilReceivedAsync(8);
        // A lane that finds no place in memory looks again in a moment: the clock must move.
        var moment = TimeSpan.FromMilliseconds(10);
        foreach (var delivery in await PublishAsync(100))
        {
            await UntilAsync(delivery, DeliveryState.Succeeded, moment);
        }

        Assert.Equal(8, Received.Count(request => request.Path != "/wh_well"));
        hangs.SetResult(200);
        foreach (var delivery in stuck.Events.SelectMany(e => e.Deliveries))
        {
            await UntilAsync(delivery, DeliveryState.Succeeded, moment);
        }
    }

    [Fact]
    public async Task Publish_BeyondTheQueue_WaitsInTheStoreAndIsSentInTurn()
    {
        await StartAsync(("Dispatching:QueuePerWebhook", "4"));
        await AddWebhookAsync();
        var deliveries = await PublishAsync(50);
        Assert.Equal(4, deliveries.Count(d => d.State == DeliveryState.InFlight));
        await UntilAllAsync(deliveries, DeliveryState.Succeeded);
        Assert.Equal(50, Received.Count);
    }

    [Fact]
    public async Task Publish_FailingReceiver_IsProbedOneAtATimeAndThenGetsAll()
    {
        await StartAsync();
        await AddWebhookAsync();
        Answer = request => Task.FromResult(request.Number <= 40 ? 500 : 200);
        await UntilAllAsync(await PublishAsync(30), DeliveryState.Succeeded);
        // Until the fifth failure is known up to twelve have been started.
        Assert.All(Received.Where(request => request.Number is > 13 and <= 40), request => Assert.Equal(1, request.InFlight));
        Assert.Equal(70, Received.Count);
    }

    [Fact]
    public async Task Publish_Rate_IsHonoured()
    {
        await StartAsync();
        await AddWebhookAsync(with: w => w with { MaxRatePerSecond = 2 });
        var deliveries = await PublishAsync(5);
        var began = Clock.GetUtcNow();
        foreach (var delivery in deliveries)
        {
            await UntilAsync(delivery, DeliveryState.Succeeded, TimeSpan.FromMilliseconds(10));
        }

        var attempts = new List<DateTimeOffset>();
        foreach (var delivery in deliveries)
        {
            attempts.AddRange((await Pipeline.Store.Deliveries.ListAttemptsAsync(delivery.Id, Cancel)).Select(a => a.StartTime));
        }

        var starts = attempts.Order().Select(time => (time - began).TotalSeconds).ToArray();
        Assert.All(starts.Index(), start => Assert.True(start.Item >= (start.Index * 0.5) - 0.101, $"{start}"));
    }

    [Fact]
    public async Task Cancel_Queued_IsNotSent()
    {
        await StartAsync();
        await AddWebhookAsync(with: w => w with { MaxInFlight = 1 });
        var goOn = new TaskCompletionSource<int>();
        Answer = _ => goOn.Task;
        var deliveries = await PublishAsync(3);
        await UntilReceivedAsync(1);
        await Pipeline.Store.Deliveries.CancelAsync(deliveries[1].Id, Cancel);
        Pipeline.Get<Lanes>().Forget(deliveries[1].Id);
        goOn.SetResult(200);
        await UntilAsync(deliveries[2], DeliveryState.Succeeded);
        Assert.DoesNotContain(Received, request => request.Id == deliveries[1].EventId);
    }

    [Fact]
    public async Task Extend_LeaseTakenByAnother_IsNotSent()
    {
        await StartAsync();
        await AddWebhookAsync(with: w => w with { MaxInFlight = 1 });
        var goOn = new TaskCompletionSource<int>();
        Answer = _ => goOn.Task;
        var deliveries = await PublishAsync(3);
        await UntilReceivedAsync(1);
        await Pipeline.Store.Queue.ReleaseAsync(
            [new Lease(deliveries[1].Id, deliveries[1].Fence)], TimeSpan.FromDays(1), Cancel);
        Clock.Advance(TimeSpan.FromSeconds(50));
        await Pipeline.Get<LeaseBook>().ExtendAsync();
        goOn.SetResult(200);
        await UntilAsync(deliveries[2], DeliveryState.Succeeded);
        Assert.DoesNotContain(Received, request => request.Id == deliveries[1].EventId);
    }

    [Fact]
    public async Task Send_NoAnswerInTime_IsTimedOut()
    {
        await StartAsync();
        await AddWebhookAsync(with: w => w with { Timeout = TimeSpan.FromSeconds(2) });
        var never = new TaskCompletionSource<int>();
        Answer = request => request.Number == 1 ? never.Task : Task.FromResult(202);
        var delivery = (await PublishAsync(1))[0];
        await UntilReceivedAsync(1);
        Clock.Advance(TimeSpan.FromSeconds(2));
        await UntilAsync(delivery, DeliveryState.Succeeded);
        var first = (await Pipeline.Store.Deliveries.ListAttemptsAsync(delivery.Id, Cancel))[0];
        Assert.Equal((FailureKind.Timeout, "No answer within 2 s."), (first.Failure, first.Message));
    }
}
