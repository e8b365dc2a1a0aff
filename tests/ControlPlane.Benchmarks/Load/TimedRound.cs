using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Benchmarks.Reporting;

namespace ControlPlane.Benchmarks.Load;

/// <summary>How long deliveries took, in milliseconds. From the scheduled time on, a publisher that is late counts as well.</summary>
/// <param name="FromScheduled">From when the publish was to be made to the receipt.</param>
/// <param name="FromSent">From when it was made.</param>
/// <param name="FromAcknowledged">From when it was answered; negative where the receiver was faster than the answer.</param>
/// <param name="PublishCall">From when it was made to when it was answered.</param>
/// <param name="Each">Of each, in the order of publishing, the clock's timestamp of when it was made, and how long from then to the receipt.</param>
internal sealed record TimedRound(
    Percentiles FromScheduled,
    Percentiles FromSent,
    Percentiles FromAcknowledged,
    Percentiles PublishCall,
    IReadOnlyList<(long Sent, double Milliseconds)> Each)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Publishes at a rate for so long and waits for every event that is to be received.</summary>
    /// <param name="bench">The run.</param>
    /// <param name="publishing">Publishes.</param>
    /// <param name="receiver">Receives.</param>
    /// <param name="rate">Events per second.</param>
    /// <param name="duration">How long.</param>
    /// <param name="counts">Which events, by number, are received and measured.</param>
    public static async Task<TimedRound> RunAsync(
        Bench bench, Publishing publishing, TimingReceiver receiver, double rate, TimeSpan duration, Func<int, bool> counts)
    {
        receiver.Clear();
        var clock = bench.Clock;
        var samples = new Sample[OpenLoop.Count(rate, duration)];
        using var quiet = new NoCollections(bench);
        await OpenLoop.RunAsync(
            rate,
            duration,
            async (number, scheduled) =>
            {
                var sent = clock.GetTimestamp();
                var id = await publishing.OneAsync(number, bench.Cancellation);
                samples[number] = new Sample(id, scheduled, sent, clock.GetTimestamp());
            },
            bench.Cancellation);

        var expected = samples.Where((_, number) => counts(number)).ToList();
        var started = clock.GetTimestamp();
        while (expected.Count(sample => !receiver.Received.ContainsKey(sample.Id)) is > 0 and var missing)
        {
            if (clock.GetElapsedTime(started) > Patience)
            {
                throw new BenchmarkException($"{missing:N0} of {expected.Count:N0} events did not arrive.");
            }

            await bench.PauseAsync(Pause);
        }

        return new TimedRound(
            Times(sample => (sample.Scheduled, receiver.Received[sample.Id])),
            Times(sample => (sample.Sent, receiver.Received[sample.Id])),
            Times(sample => (sample.Acknowledged, receiver.Received[sample.Id])),
            Times(sample => (sample.Sent, sample.Acknowledged)),
            [.. expected.Select(sample => (sample.Sent, Milliseconds(sample.Sent, receiver.Received[sample.Id])))]);

        Percentiles Times(Func<Sample, (long From, long To)> span) =>
            new(expected.Select(span).Select(each => Milliseconds(each.From, each.To)));

        double Milliseconds(long from, long to) => clock.GetElapsedTime(from, to).TotalMilliseconds;
    }

    private readonly record struct Sample(string Id, long Scheduled, long Sent, long Acknowledged);
}
