using System.Globalization;
using System.Net;
using ControlPlane.Testing;
using ControlPlane.V1;

namespace ControlPlane.Functional.Tests.Telemetry;

/// <summary>What the server tells of its work at <c>/metrics</c>.</summary>
public sealed class MetricsTests(SharedServer shared)
{
    [Fact]
    public async Task Scrape_AfterWork_CountsIt()
    {
        await using var server = await ServerProcess.StartAsync(shared.Receiver);
        using var tenant = await TestTenant.CreateAsync(server);
        var inbox = shared.Receiver.Open();
        var hook = await tenant.HookAsync(inbox, w => w.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromHours(1)));
        var good = await tenant.SendAsync(e => e.Id = "evt-once");
        await tenant.UntilAsync(good.Id, DeliveryState.Succeeded);
        await tenant.PublishAsync(e => e.Id = "evt-once");
        inbox.Answer = _ => 503;
        var bad = await tenant.SendAsync();
        await tenant.UntilAsync(bad.Id, DeliveryState.RetryScheduled);
        await Refusal.OfAsync(() => tenant.PublishAsync(e => (e.Id, e.Type) = ("evt-once", "message.other")));
        using var watch = tenant.Clients.Deliveries.WatchDeliveries(new());
        await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken);

        var metrics = await ScrapeAsync(server);

        Assert.Equal(2, metrics("controlplane_events_accepted_total"));
        Assert.Equal(1, metrics("controlplane_events_duplicate_total"));
        Assert.Equal(1, metrics("""controlplane_events_refused_total{reason="EVENT_CONFLICT"}"""));
        Assert.Equal(2, metrics("controlplane_event_fan_out_count"));
        Assert.Equal(2, metrics("controlplane_event_fan_out_sum"));
        Assert.Equal(1, metrics("""controlplane_delivery_attempts_total{failure="none",outcome="succeeded"}"""));
        Assert.Equal(1, metrics("""controlplane_delivery_attempts_total{failure="http_status",outcome="retry_scheduled"}"""));
        Assert.Equal(1, metrics("""controlplane_deliveries_ended_total{reason="delivered",state="succeeded"}"""));
        Assert.Equal(1, metrics("""controlplane_delivery_latency_seconds_count{first_attempt="true"}"""));
        Assert.Equal(1, metrics("""controlplane_delivery_attempt_duration_seconds_count{failure="none"}"""));
        Assert.Equal(1, metrics("controlplane_watchers"));
        Assert.Equal(0, metrics("controlplane_deliveries_in_flight"));
        Assert.True(metrics("controlplane_store_commit_duration_seconds_count") > 3);
        Assert.True(metrics("controlplane_store_size_bytes") > 10_000);
        Assert.True(metrics("controlplane_store_disk_free_bytes") > 0);
        Assert.True(metrics("dotnet_process_memory_working_set_bytes") > 10_000_000);
        Assert.NotNull(hook);
    }

    [Fact]
    public async Task Scrape_ThroughTheGrpcListener_FindsNothing()
    {
        await using var server = await ServerProcess.StartAsync(shared.Receiver);
        using var http2 = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        using var answer = await http2.GetAsync(new Uri(server.Setup.Grpc, "/metrics"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData("127.0.0.1", null, HttpStatusCode.OK)]
    [InlineData("127.0.0.1", "false", HttpStatusCode.NotFound)]
    [InlineData("*", null, HttpStatusCode.NotFound)]
    [InlineData("*", "true", HttpStatusCode.OK)]
    public async Task Scrape_WhereStrangersReachIt_IsOffUnlessSet(string address, string? setting, HttpStatusCode expected)
    {
        await using var server = await ServerProcess.StartAsync(shared.Receiver, setup =>
        {
            setup.Settings["Listen:Http"] = $"http://{address}:{setup.Http.Port}";
            if (setting is not null)
            {
                setup.Settings["Telemetry:Prometheus"] = setting;
            }
        });
        using var answer = await server.GetAsync("/metrics");
        Assert.Equal(expected, answer.StatusCode);
    }

    /// <summary>Reads the series by name and tags, those tags left out that only say where a series comes from.</summary>
    private static async Task<Func<string, double>> ScrapeAsync(ServerProcess server)
    {
        using var answer = await server.GetAsync("/metrics");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var lines = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('\n');
        return series => double.Parse(
            Assert.Single(lines, line => NameOf(line) == series).Split(' ')[^1], CultureInfo.InvariantCulture);
    }

    private static string NameOf(string line)
    {
        var series = line[..Math.Max(0, line.LastIndexOf(' '))];
        if (series.IndexOf('{', StringComparison.Ordinal) is var at && at < 0)
        {
            return series;
        }

        var tags = series[(at + 1)..^1].Split(',')
            .Where(tag => !tag.StartsWith("otel_scope", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .ToList();
        return tags.Count == 0 ? series[..at] : $"{series[..at]}{{{string.Join(',', tags)}}}";
    }
}
