using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Cli.Tests.Commands;

public sealed class InspectionTests : HookctlTest
{
    [Fact]
    public async Task Preview_StoredWebhook_AsksForItAndShowsTheRequest()
    {
        Server.Answer<PreviewRequestRequest>(_ => new PreviewRequestResponse
        {
            Method = "POST",
            Url = "https://example.com/hook",
            Headers = { new HttpHeader { Name = "X-Wawp-Signature", Value = "••••cret" } },
            RedactedHeaders = { "X-Wawp-Signature" },
            Body = ByteString.CopyFromUtf8("{\"a\":1}"),
            RetrySchedule = Schedule(),
        });

        var run = (await RunAsync("webhooks", "preview", "wh_1", "--type", "message.new", "--data", "{\"a\":1}", "--event-id", "e1")).Succeeded();

        Assert.Equal(
            new PreviewRequestRequest
            {
                WebhookId = "wh_1",
                Event = new() { Id = "e1", Type = "message.new", Payload = ByteString.CopyFromUtf8("{\"a\":1}") },
            },
            Server.Single<PreviewRequestRequest>());
        Assert.Contains("POST https://example.com/hook", run.Output);
        Assert.Contains("X-Wawp-Signature holds the secret itself", run.Output);
        Assert.Contains("3 over 6s", run.Output);
    }

    [Fact]
    public async Task Preview_NoWebhook_DescribesOne()
    {
        (await RunAsync("webhooks preview --dialect svix --secret 0123456789 --retry wawp --max-attempts 4 --type a --data 1")).Succeeded();

        Assert.Equal(
            new PreviewRequestRequest.Types.Inline
            {
                Dialect = "svix",
                Secret = "0123456789",
                RetryPolicy = new() { Preset = "wawp", MaxAttempts = 4 },
            },
            Server.Single<PreviewRequestRequest>().Inline);
    }

    [Fact]
    public async Task RetrySchedule_Preset_ShowsEachDelay()
    {
        Server.Answer<PreviewRequestRequest>(_ => new PreviewRequestResponse { RetrySchedule = Schedule() });

        var run = (await RunAsync("retry-schedule --retry gowa")).Succeeded();

        Assert.Equal("gowa", Server.Single<PreviewRequestRequest>().Inline.RetryPolicy.Preset);
        Assert.Matches(@"2 +2s +2s\n3 +4s +6s", run.Output);
    }

    [Fact]
    public async Task Probe_Failed_ExitsWithOneAndSaysWhy()
    {
        Server.Answer<ProbeWebhookRequest>(r => new ProbeWebhookResponse
        {
            Url = r.Url,
            Addresses = { new ProbedAddress { Address = "10.0.0.1", Reason = "private (10.0.0.0/8)" } },
            Failure = FailureKind.BlockedAddress,
            FailureMessage = "leads to 10.0.0.1",
        });

        var run = await RunAsync("webhooks probe https://example.com/");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("10.0.0.1 blocked: private (10.0.0.0/8)", run.Output);
        Assert.Contains("The probe failed: leads to 10.0.0.1", run.Error);
    }

    [Fact]
    public async Task Probe_Webhook_ExitsWithZero()
    {
        (await RunAsync("webhooks probe wh_1")).Succeeded();
        Assert.Equal(new ProbeWebhookRequest { WebhookId = "wh_1" }, Server.Single<ProbeWebhookRequest>());
    }

    [Fact]
    public async Task Explain_Pair_ShowsChecksAndWaits()
    {
        Server.Answer<ExplainDeliveryRequest>(_ => new ExplainDeliveryResponse
        {
            Summary = "Not sent yet.",
            Checks = { new MatchCheck { Condition = MatchCondition.EventType, Met = true, Detail = "covered" } },
            Waits = { new Wait { Reason = WaitReason.NotDue, Detail = "later" } },
            NextAttempts = { new PlannedAttempt { Number = 7, Time = new() } },
        });

        var run = (await RunAsync("deliveries explain --event evt_1 --webhook wh_1")).Succeeded();

        Assert.Equal(
            new ExplainDeliveryRequest { Pair = new() { EventId = "evt_1", WebhookId = "wh_1" } }, Server.Single<ExplainDeliveryRequest>());
        Assert.Matches("event-type +covered", run.Output);
        Assert.Contains("not-due: later", run.Output);
        Assert.Matches("7 +1970-01-01", run.Output);
    }

    [Theory]
    [InlineData("deliveries explain")]
    [InlineData("deliveries explain --event evt_1")]
    [InlineData("deliveries explain dlv_1 --event evt_1 --webhook wh_1")]
    public async Task Explain_NeitherOrBoth_IsAUsageError(string line) => Assert.Equal(2, (await RunAsync(line)).ExitCode);

    private static RetrySchedule Schedule() => new()
    {
        Delays = { Seconds(2), Seconds(4) },
        Total = Seconds(6),
        Attempts = 3,
    };

    private static Duration Seconds(int seconds) => Duration.FromTimeSpan(TimeSpan.FromSeconds(seconds));
}
