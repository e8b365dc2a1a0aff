using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Cli.Tests.Commands;

public sealed class WebhookTestTests : HookctlTest
{
    [Fact]
    public async Task Test_Accepted_ExitsWithZero()
    {
        Answer(DeliveryState.Succeeded, new Attempt { Number = 1, StatusCode = 204 });

        (await RunAsync("webhooks", "test", "wh_1", "--type", "message.new", "--data", "{ \"a\" : 1 }")).Succeeded();

        Assert.Equal(
            new TestWebhookRequest { WebhookId = "wh_1", EventType = "message.new", Payload = ByteString.CopyFromUtf8("{ \"a\" : 1 }") },
            Server.Single<TestWebhookRequest>());
    }

    [Fact]
    public async Task Test_Failed_ExitsWithOneAndSaysWhy()
    {
        Answer(DeliveryState.Dead, new Attempt
        {
            Number = 1,
            StatusCode = 500,
            Failure = FailureKind.HttpStatus,
            FailureMessage = "answered 500",
            Duration = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(12)),
            ResponseExcerpt = "boom",
        });

        var run = await RunAsync("webhooks test wh_1");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("The test failed: http-status 500 answered 500", run.Error);
        Assert.Contains("boom", run.Output);
    }

    [Fact]
    public async Task Test_FailedAsJson_StillExitsWithOne()
    {
        Answer(DeliveryState.Dead, new Attempt { Number = 1, Failure = FailureKind.Tls, FailureMessage = "no trust" });

        var run = await RunAsync("webhooks test wh_1 --json");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(FailureKind.Tls, run.Json<Delivery>().Attempts[0].Failure);
    }

    private void Answer(DeliveryState state, Attempt attempt) => Server.Answer<TestWebhookRequest>(r => new TestWebhookResponse
    {
        Delivery = new Delivery { Id = "dlv_1", WebhookId = r.WebhookId, State = state, Attempts = { attempt } },
    });
}
