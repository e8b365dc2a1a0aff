using ControlPlane.Benchmarks.Load;
using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Modes;

/// <summary>
/// How many deliveries a second the server makes from publish to SUCCEEDED, all of it durable, next to the bare loop in the same
/// run: rounds of both take turns, so that a machine that gets slower meanwhile does so for both.
/// </summary>
internal sealed class DeliverMode : IMode
{
    private const int BatchHooks = 50;
    private const int BatchSize = 100;
    private const int BatchCallers = 4;

    public string Name => "deliver";

    public string Summary => "publish to SUCCEEDED, durable, against the bare loop in the same run";

    public async Task RunAsync(Bench bench)
    {
        var (settings, cancellation) = (bench.Settings, bench.Cancellation);
        var (rounds, warmUps) = (settings.RoundsOr(5), settings.WarmUpsOr(3));
        var count = settings.CountOr(30_000, 30_000) / BatchSize * BatchSize;
        using var certificates = new TestAuthority();
        await using var receiver = await ReceiverChoice.StartAsync(bench, certificates);
        using var workspace = bench.OpenWorkspace();
        await using var server = await MeasuredServer.StartAsync(workspace, certificates.AuthorityPem, cancellation);
        using var clients = server.Connect();
        using var loop = new SigningLoop(receiver.Url, receiver.Certificates, settings);
        var one = await Hooks.CreateAsync(clients, "one", [receiver.Url], Math.Min(settings.Concurrency, 1024), cancellation);
        var many = await Hooks.CreateAsync(clients, "many", Enumerable.Repeat(receiver.Url, BatchHooks), 0, cancellation);
        var (unary, batch) = (new Publishing(clients, one, settings.PayloadBytes), new Publishing(clients, many, settings.PayloadBytes));
        var drain = new Drain(clients, receiver, bench);
        bench.Report.Note(Name, $"receiver {receiver.Description}; {settings.PayloadBytes} B payload, {count:N0} deliveries per round, "
            + $"of the bare loop {2 * count:N0}; "
            + $"unary: {settings.Concurrency} callers, one webhook with max_in_flight {Math.Min(settings.Concurrency, 1024)}; "
            + $"batch: {BatchCallers} callers of {BatchSize} events over {BatchHooks} webhooks with the default limit; "
            + $"{warmUps} rounds of each to warm up, not counted");

        List<double> ceiling = [], unaryRates = [], batchRates = [], unaryCost = [], batchCost = [];
        for (var round = -warmUps; round < rounds; round++)
        {
            var bare = await loop.RunAsync(2 * count, cancellation);
            var (single, singleCost) = await MeasureAsync(() => ClosedLoop.RunAsync(
                settings.Concurrency, count, number => unary.OneAsync(number, cancellation), cancellation));
            var bareAgain = await loop.RunAsync(2 * count, cancellation);
            var (batched, batchedCost) = await MeasureAsync(() => ClosedLoop.RunAsync(
                BatchCallers, count / BatchSize, number => batch.BatchAsync(number * BatchSize, BatchSize, cancellation), cancellation));
            bench.Progress($"{(round < 0 ? "warm-up" : $"round {round + 1}")}: bare {bare:N0}/s, unary {single:N0}/s, "
                + $"bare {bareAgain:N0}/s, batch {batched:N0}/s; the server's {singleCost:N0} and {batchedCost:N0} µs per delivery");
            if (round >= 0)
            {
                ceiling.AddRange([bare, bareAgain]);
                unaryRates.Add(single);
                batchRates.Add(batched);
                unaryCost.Add(singleCost);
                batchCost.Add(batchedCost);
            }
        }

        bench.Report.Add(Name, "bare loop (ceiling)", "/s", ceiling);
        bench.Report.Add(Name, "unary publishes", "/s", unaryRates);
        bench.Report.Add(Name, "unary / ceiling", "ratio", unaryRates.Select((rate, i) => rate / ceiling[2 * i]));
        bench.Report.Add(Name, "batches", "/s", batchRates);
        bench.Report.Add(Name, "batches / ceiling", "ratio", batchRates.Select((rate, i) => rate / ceiling[(2 * i) + 1]));

        bench.Report.Add(Name, "unary, processor time of the server", "µs each", unaryCost);
        bench.Report.Add(Name, "batches, processor time of the server", "µs each", batchCost);

        async Task<(double Rate, double Cost)> MeasureAsync(Func<Task> publish)
        {
            var before = await receiver.CountAsync(cancellation);
            var (started, used) = (bench.Clock.GetTimestamp(), server.CpuTime);
            await publish();
            await drain.CompletesAsync(before + count);
            var (elapsed, cost) = (bench.Clock.GetElapsedTime(started), server.CpuTime - used);
            await drain.CheckAsync();
            return (count / elapsed.TotalSeconds, cost.TotalMicroseconds / count);
        }
    }
}
