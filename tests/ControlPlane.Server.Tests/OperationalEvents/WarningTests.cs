using ControlPlane.Server.Recording;
using ControlPlane.Server.Sending;
using ControlPlane.Storage;

namespace ControlPlane.Server.Tests.OperationalEvents;

/// <summary>What owners are told before a webhook is suspended, when it is over, and when a certificate ends.</summary>
public sealed class WarningTests : WalkTest
{
    private const string Failing = "controlplane.webhook.failing";
    private const string Recovered = "controlplane.webhook.recovered";
    private const string Expiring = "controlplane.certificate.expiring";
    private WebhookRecord _webhook = null!;

    [Fact]
    public async Task Fails_ForHalfTheTimeAndUpToADayBefore_IsToldOnceEachAndThatItIsOver()
    {
        await BeginAsync();
        await RecordAsync(500);
        await RecordAsync(500, after: TimeSpan.FromDays(2.4));
        Assert.Empty(await ToldAsync());

        await RecordAsync(500, after: TimeSpan.FromDays(0.2));
        await RecordAsync(500, after: TimeSpan.FromDays(0.2));
        Assert.Equal([Failing], await ToldAsync());

        await RecordAsync(500, after: TimeSpan.FromDays(1.3));
        await RecordAsync(500, after: TimeSpan.FromDays(0.2));
        Assert.Equal([Failing, Failing], await ToldAsync());

        await RecordAsync(200);
        await RecordAsync(200);
        Assert.Equal([Failing, Failing, Recovered], await ToldAsync());

        // The next time is counted anew.
        await RecordAsync(500);
        await RecordAsync(500, after: TimeSpan.FromDays(3));
        Assert.Equal([Failing, Failing, Recovered, Failing], await ToldAsync());
    }

    [Fact]
    public async Task Fails_InAnotherProcessToo_IsStoredOnce()
    {
        await BeginAsync();
        await RecordAsync(500);
        await RecordAsync(500, after: TimeSpan.FromDays(3));
        Assert.Equal([Failing], await ToldAsync());

        await OpenAsync();
        await RecordAsync(500, after: TimeSpan.FromHours(1));
        Assert.Equal([Failing], await ToldAsync());
        await RecordAsync(500, after: TimeSpan.FromDays(1.5));
        Assert.Equal([Failing, Failing], await ToldAsync());
    }

    [Fact]
    public async Task Recovers_BeforeAnyWarning_NothingIsTold()
    {
        await BeginAsync();
        await RecordAsync(500);
        await RecordAsync(200, after: TimeSpan.FromDays(2));
        Assert.Empty(await ToldAsync());
    }

    [Fact]
    public async Task CertificateEnds_IsToldTwiceForEachCertificate()
    {
        await BeginAsync();
        var end = Clock.GetStoreNow().AddDays(13);
        await RecordAsync(200, end);
        await RecordAsync(200, end);
        Assert.Equal([Expiring], await ToldAsync());

        await RecordAsync(200, end, TimeSpan.FromDays(10));
        await OpenAsync();
        await RecordAsync(200, end);
        Assert.Equal([Expiring, Expiring], await ToldAsync());

        await RecordAsync(200, end.AddDays(10));
        Assert.Equal([Expiring, Expiring, Expiring], await ToldAsync());
    }

    private async Task BeginAsync()
    {
        await OpenAsync();
        _webhook = await AddWebhookAsync("wh_1", w => w with { EventTypes = ["order.*"] });
        await AddWebhookAsync("wh_ops", w => w with { EventTypes = ["controlplane.*"] });
    }

    private async Task RecordAsync(int status, DateTimeOffset? certificateEnds = null, TimeSpan after = default)
    {
        Clock.Advance(after);
        var delivery = Assert.Single(await PublishAsync(1));
        var stored = (await Pipeline.Store.Webhooks.GetAsync(_webhook.Id, Cancel))!;
        Assert.NotNull(await Pipeline.Get<Recorder>().RecordAsync(delivery, stored, new AttemptOutcome
        {
            StartTime = Clock.GetStoreNow(),
            Duration = TimeSpan.Zero,
            StatusCode = status,
            Failure = status == 200 ? FailureKind.None : FailureKind.HttpStatus,
            EndingCertificate = certificateEnds is { } end ? new(end, IsClients: false) : null,
        }));
    }

    private Task RecordAsync(int status, TimeSpan after) => RecordAsync(status, null, after);

    /// <summary>The types of what was told, oldest first.</summary>
    private async Task<IEnumerable<string>> ToldAsync() =>
        (await Pipeline.Store.Deliveries.ListAsync(new DeliveryQuery { WebhookId = "wh_ops", Limit = 100 }, Cancel)).Items
            .Select(told => told.EventType).Reverse();
}
