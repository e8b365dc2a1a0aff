using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Functional.Tests.Delivering;

/// <summary>What goes wrong below HTTP is told apart.</summary>
public sealed class FailureKindTests(SharedServer shared) : SharedServerTest(shared)
{
    [Fact]
    public async Task Deliver_NobodyListens_Connect()
    {
        var attempt = await OnlyAttemptAsync($"https://127.0.0.1:{LocalPorts.Take()}/");

        Assert.Equal((FailureKind.Connect, 0), (attempt.Failure, attempt.StatusCode));
    }

    [Fact]
    public async Task Deliver_UntrustedCertificate_Tls()
    {
        await using var stranger = await HttpsReceiver.StartAsync();
        var inbox = stranger.Open();

        var attempt = await OnlyAttemptAsync(inbox.Url);

        Assert.Equal((FailureKind.Tls, 0), (attempt.Failure, attempt.StatusCode));
        Assert.Empty(inbox.Requests);
    }

    [Fact]
    public async Task Deliver_NoSuchName_Dns()
    {
        var attempt = await OnlyAttemptAsync("https://no-such-host.invalid/");

        Assert.Equal(FailureKind.Dns, attempt.Failure);
    }

    [Fact]
    public async Task Deliver_NoAnswerInTime_Timeout()
    {
        var release = new TaskCompletionSource();
        var inbox = Receiver.Open();
        inbox.Answer = _ => new Answer(204) { After = release.Task };

        var attempt = await OnlyAttemptAsync(inbox.Url);

        Assert.Equal((FailureKind.Timeout, 0), (attempt.Failure, attempt.StatusCode));
        Assert.Single(inbox.Requests);
        release.SetResult();
    }

    [Fact]
    public async Task Deliver_EnormousHeaders_ResponseTooLarge()
    {
        var inbox = Receiver.Open();
        inbox.Answer = _ => Enumerable.Range(0, 20).Aggregate(new Answer(200), (a, i) => a.With($"x-{i}", new string('x', 4000)));

        var attempt = await OnlyAttemptAsync(inbox.Url);

        Assert.True(attempt.Failure == FailureKind.ResponseTooLarge, attempt.ToString());
    }

    private async Task<Attempt> OnlyAttemptAsync(string url)
    {
        await Tenant.Clients.Webhooks.CreateWebhookAsync(new()
        {
            Webhook = new()
            {
                Url = url,
                EventTypes = { "*" },
                Timeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)),
                RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromSeconds(1), attempts: 1),
            },
        });
        var delivery = await Tenant.UntilAsync((await Tenant.SendAsync()).Id, DeliveryState.Dead);
        var attempt = Assert.Single(delivery.Attempts);
        Assert.NotEmpty(attempt.FailureMessage);
        return attempt;
    }
}
