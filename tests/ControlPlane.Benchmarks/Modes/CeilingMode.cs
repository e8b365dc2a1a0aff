using ControlPlane.Benchmarks.Load;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Testing;

namespace ControlPlane.Benchmarks.Modes;

/// <summary>How many signed requests a second this machine can send at all.</summary>
internal sealed class CeilingMode : IMode
{
    public string Name => "ceiling";

    public string Summary => "bare loop that signs and sends, the upper bound of any sender";

    public async Task RunAsync(Bench bench)
    {
        var settings = bench.Settings;
        var (rounds, warmUps, count) = (settings.RoundsOr(5), settings.WarmUpsOr(2), settings.CountOr(30_000, 30_000));
        using var certificates = new TestAuthority();
        await using var receiver = await ReceiverChoice.StartAsync(bench, certificates);
        using var loop = new SigningLoop(receiver.Url, receiver.Certificates, settings);
        bench.Report.Note(Name, $"receiver {receiver.Description}; {settings.Concurrency} callers, {settings.PayloadBytes} B payload, "
            + $"{count:N0} requests per round, {warmUps} warm-up rounds not counted");
        List<double> rates = [];
        for (var round = -warmUps; round < rounds; round++)
        {
            var rate = await loop.RunAsync(count, bench.Cancellation);
            bench.Progress($"{(round < 0 ? "warm-up" : $"round {round + 1}")}: {rate:N0}/s");
            if (round >= 0)
            {
                rates.Add(rate);
            }
        }

        bench.Report.Add(Name, "signed requests", "/s", rates);
    }
}
