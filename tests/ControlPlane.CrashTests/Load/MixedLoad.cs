namespace ControlPlane.CrashTests.Load;

/// <summary>Everything at once: publishers, batches, changes of webhooks, retries and cancels, watchers.</summary>
/// <param name="changing">Changes the webhooks.</param>
/// <param name="tracks">The watchers.</param>
internal sealed class MixedLoad(Changing changing, IReadOnlyList<WatchTrack> tracks)
{
    private const int Publishers = 4;

    /// <summary>Runs until the stage is over.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="seed">Of what the callers do.</param>
    /// <param name="changes">
    /// Whether webhooks are changed. A change takes along what an earlier one left undone, which the start should have done.
    /// </param>
    public Task RunAsync(Stage stage, int seed, bool changes = true)
    {
        var callers = new List<Func<Stage, Random, Task>>
        {
            Publishing.BatchAsync,
            RetryAndCancelCalls.RunAsync,
        };
        if (changes)
        {
            callers.Add(ChangeAsync);
        }

        callers.AddRange(Enumerable.Repeat<Func<Stage, Random, Task>>(Publishing.PublishAsync, Publishers));
        callers.AddRange(tracks.Select<WatchTrack, Func<Stage, Random, Task>>(track => (s, _) => track.RunAsync(s)));
        return Task.WhenAll(callers.Select((caller, i) => Task.Run(() => caller(stage, new(seed + i)))));
    }

    /// <summary>Finds out about the changes whose answers were lost; false if the server died meanwhile.</summary>
    public static async Task<bool> SettleAsync(Stage stage)
    {
        foreach (var webhook in stage.Ledger.Webhooks.Where(w => w.IsUnsettled))
        {
            if (!await Changing.SettleAsync(stage, webhook))
            {
                return false;
            }
        }

        return true;
    }

    private async Task ChangeAsync(Stage stage, Random random)
    {
        if (await SettleAsync(stage))
        {
            await changing.RunAsync(stage, random);
        }
    }
}
