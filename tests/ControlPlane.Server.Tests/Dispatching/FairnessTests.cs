using ControlPlane.Server.Dispatching;
using ControlPlane.Server.Publishing;
using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.Dispatching;

/// <summary>Receivers that take requests and never answer hold nobody up: not another tenant, not another webhook of their own.</summary>
public sealed class FairnessTests : WalkTest
{
    private const int Limit = 16;
    private const int Hanging = 10;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private readonly TaskCompletionSource<int> _never = new();

    [Fact]
    public async Task Publish_OtherWebhooksOfTheTenantHang_TheirRequestsGiveWay()
    {
        var hanging = await StartHangingAsync(TenantRecord.DefaultId);

        foreach (var delivery in await WellAsync(20))
        {
            await UntilAsync(delivery, DeliveryState.Succeeded, Step);
        }

        var ended = Assert.Single((await AttemptsAsync(hanging)).GroupBy(attempt => (attempt.Failure, attempt.StatusCode)));
        Assert.Equal((FailureKind.Timeout, 0), ended.Key);
        Assert.All(ended, attempt => Assert.Contains("ended before its timeout", attempt.Message, StringComparison.Ordinal));
        Assert.All(ended, attempt => Assert.True(attempt.Duration >= Turns.SilentAfter));
    }

    [Fact]
    public async Task Publish_WebhooksOfAnotherTenantHang_NoneHasToGiveWay()
    {
        var hanging = await StartHangingAsync("hanging");

        await UntilAllAsync(await WellAsync(20), DeliveryState.Succeeded);

        Assert.Empty(await AttemptsAsync(hanging));
        Assert.Equal(FairShare.Open(Limit), Received.Count(request => request.Path != "/wh_well"));
    }

    [Fact]
    public async Task Publish_HangingReceiver_QueuedOnesWaitInTheStoreAfterASecond()
    {
        await StartHangingAsync("hanging");
        Clock.Advance(Turns.SilentAfter);
        var places = Pipeline.Get<Places>();
        while (places.Items.Count > FairShare.Open(Limit))
        {
            Cancel.ThrowIfCancellationRequested();
            Clock.Advance(Step);
            await Task.Yield();
        }

        Assert.InRange(places.Items.Count, 1, FairShare.Open(Limit));
    }

    /// <summary>One webhook that is well and has shown it, and ten that take up all requests there may be.</summary>
    private async Task<IReadOnlyList<DeliveryRecord>> StartHangingAsync(string tenantId)
    {
        await StartAsync(("Dispatching:MaxInFlight", $"{Limit}"));
        if (tenantId != TenantRecord.DefaultId)
        {
            await Pipeline.Store.Access.CreateTenantAsync(
                new() { Id = tenantId, CreateTime = Clock.GetStoreNow(), UpdateTime = Clock.GetStoreNow() }, Cancel);
        }

        Answer = request => request.Path == "/wh_well" || request.Path == "/wh_warm" ? Task.FromResult(200) : _never.Task;
        await AddWebhookAsync("wh_well", w => w with { EventTypes = ["well"] });
        await AddWebhookAsync("wh_warm", w => w with { EventTypes = ["warm"], TenantId = tenantId });
        await UntilAllAsync(await WellAsync(1), DeliveryState.Succeeded);
        await UntilAllAsync(await PublishToAsync(tenantId, "warm", 1), DeliveryState.Succeeded);
        Received.Clear();
        for (var i = 0; i < Hanging; i++)
        {
            await AddWebhookAsync($"wh_{i}", w => w with { EventTypes = ["hang"], TenantId = tenantId });
        }

        var deliveries = await PublishToAsync(tenantId, "hang", 5);
        await UntilReceivedAsync(FairShare.Open(Limit));
        return deliveries;
    }

    private Task<IReadOnlyList<DeliveryRecord>> WellAsync(int count) => PublishToAsync(TenantRecord.DefaultId, "well", count);

    private async Task<IReadOnlyList<DeliveryRecord>> PublishToAsync(string tenantId, string type, int count)
    {
        var published = Assert.IsType<PublishResult.Published>(await Pipeline.Get<Publisher>().PublishAsync(
            tenantId, [.. Enumerable.Range(0, count).Select(_ => Draft(type))], Cancel));
        return [.. published.Events.SelectMany(e => e.Deliveries)];
    }

    private async Task<IReadOnlyList<AttemptRecord>> AttemptsAsync(IReadOnlyList<DeliveryRecord> deliveries)
    {
        List<AttemptRecord> attempts = [];
        foreach (var delivery in deliveries)
        {
            attempts.AddRange(await Pipeline.Store.Deliveries.ListAttemptsAsync(delivery.Id, Cancel));
        }

        return attempts;
    }
}
