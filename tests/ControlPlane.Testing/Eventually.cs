namespace ControlPlane.Testing;

/// <summary>Waits for what must come to pass.</summary>
public static class Eventually
{
    /// <summary>
    /// Generous, because only what is broken ever waits this long. Not longer: the server itself mends much of what was lost after a minute
    /// or more, such as a lease of a process that died, and a test is not to take that for the way that it tests. Programs that run for hours on a
    /// busy machine set it higher.
    /// </summary>
    public static TimeSpan Limit { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>For a server's start, which mostly calculates: on a machine that is busy with other things it gets a small share.</summary>
    public static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    /// <summary>Asks until the answer is as it should be, and gives it.</summary>
    public static async Task<T> BecomesAsync<T>(Func<Task<T>> ask, Func<T, bool> condition, string what)
    {
        var clock = TimeProvider.System;
        for (var started = clock.GetTimestamp(); ;)
        {
            var answer = await ask();
            if (condition(answer))
            {
                return answer;
            }

            var elapsed = clock.GetElapsedTime(started);
            Assert.True(elapsed < Limit, $"Waited in vain for {what}; it is {answer}");
            // What takes long is asked for less often: each question costs what is being waited for.
            await Task.Delay(TimeSpan.FromTicks(Math.Clamp(elapsed.Ticks / 10, ShortestPause.Ticks, LongestPause.Ticks)), clock, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Bounds a wait.</summary>
    public static async Task<T> InTimeAsync<T>(Task<T> task, string what)
    {
        try
        {
            return await task.WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Waited in vain for {what}.");
            throw;
        }
    }
}
