using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Telemetry;

/// <summary>A real Prometheus with the rules that operators are given, which here wait a second instead of minutes.</summary>
public sealed partial class PrometheusTests(SharedServer shared)
{
    [Fact]
    public async Task Alert_ReceiverStops_Fires()
    {
        await using var server = await ServerProcess.StartAsync(shared.Receiver);
        using var tenant = await TestTenant.CreateAsync(server);
        var inbox = shared.Receiver.Open();
        inbox.Answer = _ => 503;
        await tenant.HookAsync(inbox, w => w.RetryPolicy = TestTenant.RetryEvery(TimeSpan.FromSeconds(1), attempts: 100));
        await tenant.SendAsync();
        var address = new Uri($"http://127.0.0.1:{LocalPorts.Take()}");
        using var prometheus = Start(server.Setup, address);
        try
        {
            using var http = new HttpCaller(address, key: null);
            await Eventually.BecomesAsync(
                () => ListFiringAsync(http), firing => firing.Contains("ControlPlaneNothingDelivered"), "the alert to fire");
        }
        finally
        {
            prometheus.Kill();
            await prometheus.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private static Process Start(ServerSetup setup, Uri address)
    {
        var deployed = Path.Combine(AppContext.BaseDirectory, "prometheus");
        File.WriteAllText(
            setup.PathOf("alerts.yml"), For().Replace(File.ReadAllText(Path.Combine(deployed, "alerts.yml")), "for: 1s"));
        var configuration = File.ReadAllText(Path.Combine(deployed, "prometheus.yml"))
            .Replace("127.0.0.1:7401", setup.Http.Authority, StringComparison.Ordinal)
            .Replace("scrape_interval: 15s", "scrape_interval: 1s\n  evaluation_interval: 1s", StringComparison.Ordinal);
        Assert.Contains(setup.Http.Authority, configuration, StringComparison.Ordinal);
        File.WriteAllText(setup.PathOf("prometheus.yml"), configuration);
        return Process.Start(new ProcessStartInfo(
            "prometheus",
            [
                $"--config.file={setup.PathOf("prometheus.yml")}", $"--storage.tsdb.path={setup.PathOf("tsdb")}",
                $"--web.listen-address={address.Authority}", "--log.level=error",
            ]))!;
    }

    private static async Task<IReadOnlyList<string>> ListFiringAsync(HttpCaller http)
    {
        try
        {
            var answer = await http.GetAsync("/api/v1/alerts");
            if (answer.Status != HttpStatusCode.OK)
            {
                // It is reading its rules.
                return [];
            }

            return
            [
                .. answer.Json["data"]!["alerts"]!.AsArray()
                    .Where(alert => (string?)alert!["state"] == "firing")
                    .Select(alert => (string)alert!["labels"]!["alertname"]!),
            ];
        }
        catch (HttpRequestException)
        {
            // It has not opened its port yet.
            return [];
        }
    }

    [GeneratedRegex("for: [0-9]+m")]
    private static partial Regex For();
}
