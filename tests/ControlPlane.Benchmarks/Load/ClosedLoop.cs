namespace ControlPlane.Benchmarks.Load;

/// <summary>Callers each of which makes its next call when the one before was answered: as fast as what is called allows.</summary>
internal static class ClosedLoop
{
    /// <summary>Makes so many calls in all, numbered from 0; answers how long that took.</summary>
    public static async Task<TimeSpan> RunAsync(int callers, long calls, Func<long, Task> call, CancellationToken cancellationToken)
    {
        var next = -1L;
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(CallAsync, cancellationToken)));
        return clock.GetElapsedTime(started);

        async Task CallAsync()
        {
            while (Interlocked.Increment(ref next) is var number && number < calls)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await call(number);
            }
        }
    }

    /// <summary>Makes calls for so long.</summary>
    public static Task RunForAsync(int callers, TimeSpan duration, Func<long, Task> call, CancellationToken cancellationToken)
    {
        var next = -1L;
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        return Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(CallAsync, cancellationToken)));

        async Task CallAsync()
        {
            while (clock.GetElapsedTime(started) < duration)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await call(Interlocked.Increment(ref next));
            }
        }
    }
}
