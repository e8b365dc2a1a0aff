using ControlPlane.Benchmarks.Load;
using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Benchmarks.Reporting;
using ControlPlane.Testing;
using ControlPlane.V1;
using Google.Protobuf;

namespace ControlPlane.Benchmarks.Modes;

/// <summary>
/// What filters cost: the same events to 50 webhooks of one tenant without filters, of another with one each that lets all pass, and of a
/// third with one each that lets none pass. The three take turns within each round.
/// </summary>
internal sealed class FiltersMode : IMode
{
    private const string Type = "bench.filtered";
    private const string Read = $"event.type == '{Type}' && size(event.payload) > 0 && event.instance == ''";
    private const int HookCount = 50;
    private const int BatchSize = 10;
    private const int Callers = 4;

    public string Name => "filters";

    public string Summary => "events to 50 webhooks without filters, and with one each";

    public async Task RunAsync(Bench bench)
    {
        var (settings, cancellation) = (bench.Settings, bench.Cancellation);
        var (rounds, warmUps) = (settings.RoundsOr(5), settings.WarmUpsOr(2));
        var events = settings.CountOr(30_000, 30_000) / HookCount / BatchSize * BatchSize;
        using var certificates = new TestAuthority();
        await using var receiver = await ReceiverChoice.StartAsync(bench, certificates);
        using var workspace = bench.OpenWorkspace();
        await using var server = await MeasuredServer.StartAsync(workspace, certificates.AuthorityPem, cancellation);
        using var platform = server.Connect();
        using var plain = await AddAsync("plain", "");
        using var passing = await AddAsync("passing", Read);
        using var none = await AddAsync("none", $"{Read} && size(event.payload) == 0");
        var drain = new Drain(platform, receiver, bench);
        bench.Report.Note(Name, $"{settings.PayloadBytes} B payload, {events:N0} events per round to {HookCount} webhooks in batches of {BatchSize} by {Callers} callers; filter: {Read}");

        List<double> without = [], with = [], refusing = [];
        for (var round = -warmUps; round < rounds; round++)
        {
            var (one, two, three) = (await RateAsync(plain, HookCount), await RateAsync(passing, HookCount), await RateAsync(none, 0));
            bench.Progress($"{(round < 0 ? "warm-up" : $"round {round + 1}")}: {one:N0}, {two:N0} and {three:N0} events/s");
            if (round >= 0)
            {
                without.Add(one);
                with.Add(two);
                refusing.Add(three);
            }
        }

        bench.Report.Add(Name, "without filters, to SUCCEEDED", "events/s", without);
        bench.Report.Add(Name, "filters that pass, to SUCCEEDED", "events/s", with);
        bench.Report.Add(Name, "filters that pass / without", "ratio", with.Zip(without, (w, o) => w / o));
        bench.Report.Add(Name, "filters that let none pass, publishes", "events/s", refusing);

        async Task<ServerClients> AddAsync(string tenant, string filter)
        {
            var clients = await platform.CreateTenantAsync(tenant, cancellation);
            for (var i = 0; i < HookCount; i++)
            {
                await clients.Webhooks.CreateWebhookAsync(
                    new() { Webhook = new() { Url = receiver.Url, EventTypes = { Type }, Filter = filter } }, cancellationToken: cancellation);
            }

            return clients;
        }

        async Task<double> RateAsync(ServerClients clients, int each)
        {
            var before = await receiver.CountAsync(cancellation);
            var payload = ByteString.CopyFrom(Payload.Create(settings.PayloadBytes));
            var batch = new BatchPublishEventsRequest
            {
                Events = { Enumerable.Repeat(new Event { Type = Type, Payload = payload }, BatchSize) },
            };
            var started = bench.Clock.GetTimestamp();
            await ClosedLoop.RunAsync(Callers, events / BatchSize, async _ =>
            {
                var answer = await clients.Events.BatchPublishEventsAsync(batch, cancellationToken: cancellation);
                if (answer.Results.Any(result => result.DeliveryCount != each))
                {
                    throw new BenchmarkException($"An event makes {answer.Results[0].DeliveryCount} deliveries instead of {each}.");
                }
            }, cancellation);
            await drain.CompletesAsync(before + (events * each));
            var elapsed = bench.Clock.GetElapsedTime(started);
            await drain.CheckAsync();
            return events / elapsed.TotalSeconds;
        }
    }
}
