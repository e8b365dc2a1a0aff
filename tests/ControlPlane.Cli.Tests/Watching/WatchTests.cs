using ControlPlane.Cli.Output;
using ControlPlane.Cli.Tests.Server;
using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace ControlPlane.Cli.Tests.Watching;

public sealed class WatchTests : HookctlTest
{
    [Fact]
    public async Task Watch_BrokenStreams_AreTakenUpWithTheLastToken()
    {
        Server.Watches.Enqueue(Script(null, Ready("t-1"), Delivery("t-2", "dlv_1"), Closing("t-3")));
        Server.Watches.Enqueue(Script(Failures.Of(StatusCode.Unavailable, "gone"), Ready("t-3"), Delivery("t-4", "dlv_2")));
        Server.Watches.Enqueue(Script(Failures.Of(StatusCode.Unavailable, "not yet back")));
        Server.Watches.Enqueue(Script(
            Failures.Of(StatusCode.Aborted, "slow", new ErrorInfo { Reason = "SLOW_CONSUMER" }), Delivery("t-5", "dlv_3"), Heartbeat("t-6")));
        Server.Watches.Enqueue(Last(Delivery("t-7", "dlv_4")));

        var run = await RunAsync("deliveries watch --webhook wh_1 --state dead --heartbeat 5s");

        var messages = run.Lines.Select(JsonParser.Default.Parse<WatchDeliveriesResponse>).ToList();
        Assert.Equal(["dlv_1", "dlv_2", "dlv_3", "dlv_4"], messages.Select(m => m.Delivery.Id));
        Assert.Equal(["t-2", "t-4", "t-5", "t-7"], messages.Select(m => m.ResumeToken));
        Assert.Contains("resume token: t-7\n", run.Error);
        var requests = Server.Requests.Cast<WatchDeliveriesRequest>().ToList();
        Assert.Equal(["", "t-3", "t-4", "t-4", "t-6"], requests.Select(r => r.ResumeToken));
        Assert.All(requests, r => Assert.Equal(("wh_1", DeliveryState.Dead, 5), (r.WebhookId, r.States.Single(), r.HeartbeatInterval.Seconds)));
    }

    [Fact]
    public async Task Watch_WebhookStates_AreAskedForAndShown()
    {
        var status = new WatchDeliveriesResponse
        {
            ResumeToken = "t-2",
            Webhook = new() { WebhookId = "wh_1", State = WebhookState.Suspended, StateReason = StateReason.AddressBlocked },
        };
        Server.Watches.Enqueue(Last(Ready("t-1"), status));

        var run = await RunAsync("deliveries watch");

        Assert.Equal(status, JsonParser.Default.Parse<WatchDeliveriesResponse>(Assert.Single(run.Lines)));
        Assert.True(Assert.Single(Server.Requests.Cast<WatchDeliveriesRequest>()).WebhookStates);
        Assert.Equal(
            "webhook wh_1 suspended (address-blocked)",
            string.Join(' ', WebhookView.Line(status.Webhook).Select(cell => cell.Text.Trim())).Trim());
    }

    [Fact]
    public async Task Watch_RepeatedFailures_WaitLongerEachTime()
    {
        Server.Watches.Enqueue(Script(Failures.Of(StatusCode.Unavailable, ""), Ready("t-1")));
        for (var i = 0; i < 7; i++)
        {
            Server.Watches.Enqueue(Script(Failures.Of(StatusCode.Unavailable, "")));
        }

        Server.Watches.Enqueue(Last(Ready("t-2")));

        await RunAsync("deliveries watch");

        var delays = Time.Delays.Select(d => d.TotalMilliseconds).Take(8).ToList();
        double[] longest = [250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000];
        Assert.Equal(8, delays.Count);
        Assert.All(delays.Zip(longest), pair => Assert.InRange(pair.First, pair.Second * 0.75, pair.Second));
    }

    [Fact]
    public async Task Watch_Since_BeginsThereOnceAndThenWithTokens()
    {
        Time.Now = DateTimeOffset.UnixEpoch.AddYears(56);
        Server.Watches.Enqueue(Script(null, Ready("t-1")));
        Server.Watches.Enqueue(Last(Ready("t-2")));

        await RunAsync("deliveries watch --since 10m");

        var requests = Server.Requests.Cast<WatchDeliveriesRequest>().ToList();
        Assert.Equal(Timestamp.FromDateTimeOffset(Time.Now.Value.AddMinutes(-10)), requests[0].StartTime);
        Assert.Equal(("t-1", null), (requests[1].ResumeToken, requests[1].StartTime));
    }

    [Fact]
    public async Task Watch_TokenFile_LetsALaterRunGoOn()
    {
        var file = Path.Combine(Folder, "token");
        Server.Watches.Enqueue(Last(Ready("t-1"), Delivery("t-2", "dlv_1")));
        await RunAsync("deliveries", "watch", "--token-file", file, "--since", "5m");
        Assert.Equal("t-2\n", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));

        Server.Watches.Enqueue(Last(Ready("t-2"), Delivery("t-3", "dlv_2")));
        Server.Watches.TryDequeue(out _);
        await RunAsync("deliveries", "watch", "--token-file", file, "--since", "5m");

        var resumed = Server.Requests.Cast<WatchDeliveriesRequest>().Last();
        Assert.Equal(("t-2", null), (resumed.ResumeToken, resumed.StartTime));
        Assert.Equal("t-3\n", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Watch_Interrupted_ExitsWithZeroAndTellsTheToken()
    {
        // Only the user ends this one: the stream itself stays open.
        Server.Watches.Enqueue(async (_, stream, context) =>
        {
            await stream.WriteAsync(Delivery("t-1", "dlv_1"), context.CancellationToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
        Written = _ => Interrupt.Cancel();

        var run = (await RunAsync("deliveries watch")).Succeeded();

        Assert.Equal("dlv_1", run.Json<WatchDeliveriesResponse>().Delivery.Id);
        Assert.Equal("resume token: t-1\n", run.Error);
    }

    [Fact]
    public async Task Watch_RefusedByTheServer_EndsWithItsError()
    {
        Server.Watches.Enqueue(Script(
            Failures.Of(StatusCode.OutOfRange, "The token is too old.", new ErrorInfo { Reason = "RESUME_TOKEN_EXPIRED" })));

        var run = await RunAsync("deliveries watch --resume-token old");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("RESUME_TOKEN_EXPIRED", run.Error);
        Assert.Equal("old", Server.Single<WatchDeliveriesRequest>().ResumeToken);
    }

    [Fact]
    public async Task Watch_OnATerminal_ShowsALinePerChange()
    {
        (Terminal, Variables["NO_COLOR"]) = (true, "1");
        Server.Watches.Enqueue(Last(Ready("t-1"), Delivery("t-2", "dlv_1")));

        var run = await RunAsync("deliveries watch");

        Assert.Contains("retry-scheduled", run.Output);
        Assert.Contains("http-status 503", run.Output);
    }

    private static WatchDeliveriesResponse Ready(string token) => new() { ResumeToken = token, Ready = new() };

    private static WatchDeliveriesResponse Heartbeat(string token) => new() { ResumeToken = token, Heartbeat = new() };

    private static WatchDeliveriesResponse Closing(string token) => new() { ResumeToken = token, Closing = new() };

    private static WatchDeliveriesResponse Delivery(string token, string id) => new()
    {
        ResumeToken = token,
        Delivery = new Delivery
        {
            Id = id,
            EventType = "message.new",
            State = DeliveryState.RetryScheduled,
            AttemptCount = 1,
            LastStatusCode = 503,
            LastFailure = FailureKind.HttpStatus,
        },
    };

    private static WatchScript Script(RpcException? end, params WatchDeliveriesResponse[] messages) => async (_, stream, context) =>
    {
        foreach (var message in messages)
        {
            await stream.WriteAsync(message, context.CancellationToken);
        }

        if (end is not null)
        {
            throw end;
        }
    };

    /// <summary>Ends the watch for good once all messages were read.</summary>
    private static WatchScript Last(params WatchDeliveriesResponse[] messages) =>
        Script(Failures.Of(StatusCode.OutOfRange, "That is all."), messages);
}
