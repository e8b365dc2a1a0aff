using ControlPlane.Benchmarks.Processes;
using ControlPlane.Benchmarks.Receivers;
using ControlPlane.Benchmarks.Reporting;

namespace ControlPlane.Benchmarks.Load;

/// <summary>Knows when everything published is delivered, without costing the server much meanwhile.</summary>
internal sealed class Drain(ServerClients clients, IReceiver receiver, Bench bench)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Waits until the receiver has got so many requests in all, and then until the store has no delivery left that has not ended:
    /// while the receiver is behind, asking it costs the server nothing.
    /// </summary>
    public async Task CompletesAsync(long requests)
    {
        var started = bench.Clock.GetTimestamp();
        while (await receiver.CountAsync(bench.Cancellation) < requests)
        {
            await GoOnAsync(started);
        }

        while (await States.AnyAsync(clients, States.Live, bench.Cancellation))
        {
            await GoOnAsync(started);
        }
    }

    /// <summary>Everything that has ended has SUCCEEDED; to be asked outside of the time that is measured.</summary>
    public async Task CheckAsync()
    {
        if (await States.AnyAsync(clients, States.Failed, bench.Cancellation))
        {
            throw new BenchmarkException("Some deliveries have failed: the figures would mean nothing.");
        }
    }

    private async Task GoOnAsync(long started)
    {
        if (bench.Clock.GetElapsedTime(started) > Patience)
        {
            throw new BenchmarkException($"Not everything was delivered within {Patience.TotalMinutes} minutes.");
        }

        await bench.PauseAsync(Pause);
    }
}
