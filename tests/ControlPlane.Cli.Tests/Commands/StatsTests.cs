using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Cli.Tests.Commands;

public sealed class StatsTests : HookctlTest
{
    private static readonly GetWebhookStatsResponse Busy = new()
    {
        Buckets =
        {
            new GetWebhookStatsResponse.Types.Bucket { StartTime = new Timestamp { Seconds = 60 } },
            new GetWebhookStatsResponse.Types.Bucket
            {
                StartTime = new Timestamp { Seconds = 120 }, Delivered = 3, Failed = 1, Retried = 1, P50 = new Duration { Nanos = 40_000_000 },
            },
        },
        InFlight = 2,
        Waiting = 5,
        OldestWaitingTime = new Timestamp { Seconds = 30 },
        SuccessShare = 0.75,
    };

    [Fact]
    public async Task Stats_Flags_FillTheRequest()
    {
        Server.Answer<GetWebhookStatsRequest>(_ => Busy);

        (await RunAsync("webhooks stats wh_1 --tenant acme --window 7d --bucket 1h")).Succeeded();

        Assert.Equal(
            new GetWebhookStatsRequest
            {
                WebhookId = "wh_1",
                TenantId = "acme",
                Window = new Duration { Seconds = 604_800 },
                Bucket = new Duration { Seconds = 3_600 },
            },
            Server.Single<GetWebhookStatsRequest>());
    }

    [Fact]
    public async Task Stats_Table_ShowsWhatWaitsAndTheBucketsWithAttempts()
    {
        Server.Answer<GetWebhookStatsRequest>(_ => Busy);

        var run = (await RunAsync("webhooks stats")).Succeeded();

        Assert.Equal(new GetWebhookStatsRequest(), Server.Single<GetWebhookStatsRequest>());
        Assert.Contains("75.00", run.Output, StringComparison.Ordinal);
        Assert.Contains("1970-01-01 00:02", run.Output, StringComparison.Ordinal);
        Assert.Contains("40ms", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("1970-01-01 00:01", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stats_WithoutAttempts_SaysSo()
    {
        Server.Answer<GetWebhookStatsRequest>(_ => new GetWebhookStatsResponse());

        Assert.Contains("no attempts", (await RunAsync("webhooks stats wh_1")).Succeeded().Output, StringComparison.Ordinal);
    }
}
