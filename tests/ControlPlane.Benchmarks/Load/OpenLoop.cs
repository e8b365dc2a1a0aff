namespace ControlPlane.Benchmarks.Load;

/// <summary>
/// Calls at times that are set beforehand, whether earlier ones were answered or not: when what is called stalls, the calls that
/// would have been made meanwhile are made, and wait, and are counted.
/// </summary>
internal static class OpenLoop
{
    /// <summary>Makes <paramref name="rate"/> calls a second for so long; completes when all were answered.</summary>
    /// <param name="rate">Per second.</param>
    /// <param name="duration">How long.</param>
    /// <param name="call">Makes the call of this number, from 0, which was to be made at this timestamp of the system's clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task RunAsync(double rate, TimeSpan duration, Func<int, long, Task> call, CancellationToken cancellationToken)
    {
        var calls = new Task[Count(rate, duration)];
        // A thread of its own: timers of the pool are late when the pool is busy.
        await Task.Factory.StartNew(Pace, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAll(calls);

        void Pace()
        {
            var clock = TimeProvider.System;
            var interval = clock.TimestampFrequency / rate;
            var start = clock.GetTimestamp();
            for (var next = 0; next < calls.Length; next++)
            {
                var scheduled = start + (long)(next * interval);
                while (clock.GetTimestamp() < scheduled)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    Thread.Sleep(1);
                }

                calls[next] = call(next, scheduled);
            }
        }
    }

    /// <summary>How many calls that are.</summary>
    public static int Count(double rate, TimeSpan duration) => (int)(rate * duration.TotalSeconds);
}
