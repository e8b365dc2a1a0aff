using System.Net;
using System.Text;
using ControlPlane.Functional.Tests.Telemetry.Otlp;
using ControlPlane.Testing;
using ControlPlane.V1;
using Grpc.Core;

namespace ControlPlane.Functional.Tests.Telemetry;

/// <summary>Traces as a collector gets them.</summary>
public sealed class TraceTests(SharedServer shared)
{
    private const string TraceA = "0af7651916cd43dd8448eb211c80319c";
    private const string TraceB = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Caller = "b7ad6b7169203331";
    private const string ParentA = $"00-{TraceA}-{Caller}-01";
    private const string ParentB = $"00-{TraceB}-{Caller}-01";

    [Theory]
    [InlineData("litedb")]
    [InlineData("sqlite")]
    public async Task Attempts_AfterAKill_JoinTheCallersTrace(string provider)
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var server = await StartAsync(collector.Address, "0", setup => setup.Settings["Storage:Provider"] = provider);
        using var tenant = await TestTenant.CreateAsync(server);
        var (plain, asking) = (shared.Receiver.Open(), shared.Receiver.Open());
        var hooks = new List<Webhook>();
        foreach (var (inbox, sends) in new[] { (plain, false), (asking, true) })
        {
            hooks.Add((await tenant.HookAsync(inbox, w =>
                (w.Enabled, w.WhileDisabled, w.SendTraceContext) = (false, WhileInactive.Hold, sends))).Webhook);
        }

        await PublishAsync(tenant, ParentA, "vendor=a");
        var publish = Assert.Single(await collector.UntilAsync("publish", 1));
        var commit = Assert.Single(await collector.UntilAsync("commit", 1));
        server.Kill();
        Assert.Equal(ServerRun.KilledExitCode, await server.ExitAsync());
        await server.StartAsync();
        using var again = new TestTenant(tenant.Id, tenant.Key, server.Connect(tenant.Key));
        asking.Answer = request => request.Number == 1 ? 503 : 204;
        foreach (var hook in hooks)
        {
            await again.ChangeAsync(new() { Id = hook.Id, Enabled = true });
        }

        var attempts = await collector.UntilAsync("deliver", 3);
        Assert.Equal((TraceA, Caller, "vendor=a"), (publish.Trace(), publish.Parent(), publish.TraceState));
        Assert.Equal((TraceA, publish.Id()), (commit.Trace(), commit.Parent()));
        Assert.All(attempts, attempt => Assert.Equal((TraceA, publish.Id(), "vendor=a"), (attempt.Trace(), attempt.Parent(), attempt.TraceState)));
        var ofAsking = attempts.Where(attempt => attempt.Tag("controlplane.webhook.id") == hooks[1].Id).ToList();
        Assert.Equal(
            ["503 http_status  2", "204  1 0"],
            ofAsking.Select(a => $"{a.Tag("http.response.status_code")} {a.Tag("error.type")} {a.Tag("http.request.resend_count")} {a.Status?.Code ?? 0}"));
        Assert.Equal(
            ofAsking.Select(attempt => ($"00-{TraceA}-{attempt.Id()}-01", "vendor=a")),
            asking.Requests.Select(request => (request.Header("traceparent")!, request.Header("tracestate")!)));
        Assert.All(plain.Requests, request => Assert.Null(request.Header("traceparent") ?? request.Header("tracestate")));
    }

    [Fact]
    public async Task Publish_ThroughEveryDoor_JoinsTheCallersTrace()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var server = await StartAsync(collector.Address, "0");
        using var tenant = await TestTenant.CreateAsync(server);
        var hook = await tenant.HookAsync(shared.Receiver.Open());
        using var http = new HttpCaller(server.Setup.Http, tenant.Key);
        (string, string)[] attributes = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-type", "a.b"), ("ce-source", "/s")];
        (string Door, Func<string, Task> Publish)[] doors =
        [
            ("grpc", parent => PublishAsync(tenant, parent)),
            ("json", parent => PostAsync("/v1/events", """{"event":{"type":"a.b","payload":"MQ=="}}""", [("traceparent", parent)])),
            ("cloudevents, header", parent => PostAsync("/cloudevents", "1", [.. attributes, ("traceparent", parent)])),
            ("cloudevents, attribute", parent => PostAsync("/cloudevents", "2", [.. attributes[..1], ("ce-id", "2"), .. attributes[2..], ("traceparent", ParentB), ("ce-traceparent", parent)])),
            ("test", parent => tenant.Clients.Webhooks.TestWebhookAsync(new() { WebhookId = hook.Webhook.Id }, With(parent)).ResponseAsync),
        ];
        foreach (var ((door, publish), index) in doors.Select((each, index) => (each, index)))
        {
            var trace = $"{TraceA[..^1]}{index}";

            await publish($"00-{trace}-{Caller}-01");

            var published = (await collector.UntilAsync("publish", index + 1)).Where(span => span.Trace() == trace);
            var attempts = (await collector.UntilAsync("deliver", index + 1)).Where(span => span.Trace() == trace);
            Assert.True(published.SingleOrDefault() is { } span && span.Parent() == Caller && attempts.SingleOrDefault()?.Parent() == span.Id(), door);
        }

        async Task PostAsync(string path, string body, (string, string)[] headers) =>
            (await http.PostAsync(path, Encoding.UTF8.GetBytes(body), "application/json", headers)).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Batch_OfEventsOfTwoTraces_IsASpanInEach()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var server = await StartAsync(collector.Address, "1");
        using var tenant = await TestTenant.CreateAsync(server);
        await tenant.HookAsync(shared.Receiver.Open());
        using var http = new HttpCaller(server.Setup.Http, tenant.Key);
        static string Event(string id, string more) => $$"""{"specversion":"1.0","id":"{{id}}","source":"/s","type":"x.y","data":1{{more}}}""";
        static string Of(string parent) => $",\"traceparent\":\"{parent}\"";
        var batch = $"[{Event("a", Of(ParentA))},{Event("b", Of(ParentB))},{Event("c", "")},{Event("d", Of("?"))}]";

        (await http.PostAsync("/cloudevents", Encoding.UTF8.GetBytes(batch), "application/cloudevents-batch+json")).Is(HttpStatusCode.OK);

        // Those without one of their own begin one together.
        var publishes = await collector.UntilAsync("publish", 3);
        var attempts = (await collector.UntilAsync("deliver", 4)).ToDictionary(attempt => attempt.Tag("messaging.message.id")!);
        Assert.Equal(3, publishes.Select(publish => publish.Trace()).Distinct().Count());
        Assert.All(publishes, publish => Assert.Equal("4", publish.Tag("messaging.batch.message_count")));
        Assert.Equal((TraceA, TraceB), (attempts["a"].Trace(), attempts["b"].Trace()));
        Assert.Equal(attempts["c"].Trace(), attempts["d"].Trace());
        Assert.All(attempts.Values, attempt => Assert.Contains(publishes, publish => publish.Trace() == attempt.Trace() && publish.Id() == attempt.Parent()));
    }

    [Fact]
    public async Task Retry_OfWhatDied_StaysInTheTrace_AndARefusalIsAnError()
    {
        await using var collector = await OtlpCollector.StartAsync(overHttp: true);
        await using var server = await StartAsync(
            collector.Address, "0", setup => setup.OtherSettings["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf");
        using var tenant = await TestTenant.CreateAsync(server);
        var inbox = shared.Receiver.Open();
        inbox.Answer = _ => 500;
        await tenant.HookAsync(inbox, w => w.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromHours(1), attempts: 1));
        var published = await PublishAsync(tenant, ParentA, change: e => e.Id = "one");
        var delivery = Assert.Single(await tenant.ListAsync(new() { EventId = published.Event.Id }));
        await tenant.UntilAsync(delivery.Id, DeliveryState.Dead);
        inbox.Answer = _ => 204;
        await tenant.Clients.Deliveries.RetryDeliveryAsync(new() { DeliveryId = delivery.Id });
        await Refusal.OfAsync(() => PublishAsync(tenant, ParentB, change: e => (e.Id, e.Type) = ("one", "other")));
        // Not sampled, so no part of it is sent.
        await PublishAsync(tenant, ParentB[..^1] + "0", change: e => e.Id = "unsampled");
        // A repeated publish is the same event, whatever its trace.
        Assert.True((await PublishAsync(tenant, ParentB, change: e => e.Id = "one")).Duplicate);

        var publishes = await collector.UntilAsync("publish", 3);
        var attempts = await collector.UntilAsync("deliver", 2);
        Assert.Equal(["publish", "retry"], attempts.Select(attempt => attempt.Tag("controlplane.delivery.trigger")));
        Assert.All(attempts, attempt => Assert.Equal((TraceA, publishes[0].Id()), (attempt.Trace(), attempt.Parent())));
        Assert.Equal(("EVENT_CONFLICT", 2), (publishes[1].Tag("error.type"), publishes[1].Status.Code));
        Assert.Equal("true", publishes[2].Tag("controlplane.event.duplicate"));
        Assert.DoesNotContain(collector.Spans, span => span.Tag("messaging.message.id") == "unsampled");
    }

    [Fact]
    public async Task Spans_TellNoPayloadNoSecretAndNoUrl()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var server = await StartAsync(collector.Address, "1");
        using var tenant = await TestTenant.CreateAsync(server);
        var inbox = shared.Receiver.Open();
        inbox.Answer = _ => new Answer(500) { Body = "hidden-answer" };
        await tenant.HookAsync(inbox, w =>
        {
            w.Url += "?token=hidden-query";
            w.Headers.Add("x-own", "hidden-header");
            w.Labels.Add("label", "hidden-label");
        });
        await tenant.PublishAsync(e =>
        {
            e.Payload = Google.Protobuf.ByteString.CopyFromUtf8("\"hidden-payload\"");
            e.Labels.Add("label", "hidden-label");
        });

        await collector.UntilAsync("deliver", 1);
        var sent = string.Concat(collector.Exports.Select(Encoding.Latin1.GetString));
        Assert.DoesNotContain("hidden", sent, StringComparison.Ordinal);
        Assert.DoesNotContain(new Uri(inbox.Url).AbsolutePath, sent, StringComparison.Ordinal);
        Assert.DoesNotContain(tenant.Key, sent, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Traces_NotAskedFor_AreNotSent_AndTheCallersGoesToReceiversThatAsk()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var server = await StartAsync(collector.Address, ratio: null);
        using var tenant = await TestTenant.CreateAsync(server);
        var inbox = shared.Receiver.Open();
        await tenant.HookAsync(inbox, w => w.SendTraceContext = true);

        await PublishAsync(tenant, ParentA, "vendor=a");
        await PublishAsync(tenant, "00-" + new string('0', 32) + "-" + Caller + "-01");

        var requests = await inbox.CountAsync(2);
        Assert.Contains(requests, request => (request.Header("traceparent"), request.Header("tracestate")) == (ParentA, "vendor=a"));
        Assert.Contains(requests, request => request.Header("traceparent") is null);
        await Eventually.BecomesAsync(() => Task.FromResult(collector.MetricExports), count => count > 0, "metrics to be sent");
        Assert.Empty(collector.Spans);
    }

    [Fact]
    public async Task Collector_ThatTakesAndNeverAnswers_HoldsNothingUp()
    {
        using var hole = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        hole.Start();
        await using var server = await StartAsync(((IPEndPoint)hole.LocalEndpoint).ToString().Insert(0, "http://"), "1");
        using var tenant = await TestTenant.CreateAsync(server);
        var inbox = shared.Receiver.Open();
        await tenant.HookAsync(inbox);
        // More than the exporter queues.
        const int Events = 3_000;
        for (var i = 0; i < Events; i += 1_000)
        {
            await tenant.Clients.Events.BatchPublishEventsAsync(new() { Events = { Enumerable.Range(0, 1_000).Select(_ => TestTenant.NewEvent()) } });
        }

        await inbox.CountAsync(Events);
        Assert.Equal(0, await server.StopAsync());
    }

    private async Task<ServerProcess> StartAsync(string collector, string? ratio, Action<ServerSetup>? configure = null) =>
        await ServerProcess.StartAsync(shared.Receiver, setup =>
        {
            setup.Settings["Telemetry:Otlp:Endpoint"] = collector;
            if (ratio is not null)
            {
                setup.Settings["Telemetry:Traces:SamplingRatio"] = ratio;
            }

            setup.OtherSettings["OTEL_BSP_SCHEDULE_DELAY"] = "100";
            setup.OtherSettings["OTEL_METRIC_EXPORT_INTERVAL"] = "500";
            configure?.Invoke(setup);
        });

    private static async Task<PublishEventResponse> PublishAsync(
        TestTenant tenant, string parent, string? state = null, Action<Event>? change = null) =>
        await tenant.Clients.Events.PublishEventAsync(new() { Event = TestTenant.NewEvent(change) }, With(parent, state));

    private static Metadata With(string parent, string? state = null)
    {
        var headers = new Metadata { { "traceparent", parent } };
        if (state is not null)
        {
            headers.Add("tracestate", state);
        }

        return headers;
    }
}
