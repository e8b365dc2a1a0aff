using ControlPlane.CrashTests.Ledger;

namespace ControlPlane.CrashTests.Load;

/// <summary>Clients that publish without end, one event or a batch at a time, and first what the life before left open.</summary>
internal static class Publishing
{
    private const int LargestBatch = 20;

    /// <summary>Publishes single events, and now and then one again that was acknowledged long ago.</summary>
    public static async Task PublishAsync(Stage stage, Random random)
    {
        var done = new List<SentEvent>();
        while (stage.GoesOn)
        {
            var repeat = done.Count > 0 && random.Next(40) == 0;
            var together = repeat ? [done[random.Next(done.Count)]] : stage.Ledger.TakeUnsettled() ?? [stage.Ledger.NewEvent(random)];
            if (await SendAsync(stage, together) && together is [{ IsRepeatable: true } single] && !repeat)
            {
                done.Add(single);
            }

            await stage.PaceAsync(random, 12);
        }
    }

    public static async Task BatchAsync(Stage stage, Random random)
    {
        while (stage.GoesOn)
        {
            await SendAsync(stage, stage.Ledger.TakeUnsettled() ?? stage.Ledger.NewBatch(random, random.Next(1, LargestBatch + 1)));
            await stage.PaceAsync(random, 150);
        }
    }

    /// <summary>Finds out about everything whose answer was lost, on a server that is not killed any more.</summary>
    public static async Task SettleAsync(Stage stage)
    {
        while (stage.Ledger.TakeUnsettled() is { } together && await SendAsync(stage, together))
        {
        }
    }

    private static Task<bool> SendAsync(Stage stage, IReadOnlyList<SentEvent> together)
    {
        foreach (var sent in together)
        {
            sent.Sending(Stage.Now);
        }

        return together[0].Batch > 0 ? SendBatchAsync(stage, together) : SendOneAsync(stage, together);
    }

    private static async Task<bool> SendOneAsync(Stage stage, IReadOnlyList<SentEvent> single)
    {
        var reply = await stage.CallAsync("publish", c => c.Events.PublishEventAsync(new() { Event = single[0].Message }));
        if (reply.Value is not { } answer)
        {
            Unsettle(stage, single);
            return false;
        }

        single[0].Answered(answer, Stage.Now, stage.Ledger.Violations);
        return true;
    }

    private static async Task<bool> SendBatchAsync(Stage stage, IReadOnlyList<SentEvent> batch)
    {
        var reply = await stage.CallAsync(
            "batch", c => c.Events.BatchPublishEventsAsync(new() { Events = { batch.Select(sent => sent.Message) } }));
        if (reply.Value is not { } answer)
        {
            Unsettle(stage, batch);
            return false;
        }

        var now = Stage.Now;
        stage.Ledger.Violations.Unless(
            answer.Results.Select(result => result.Duplicate).Distinct().Count() == 1,
            $"Batch {batch[0].Batch} had left a part of itself: {answer}");
        foreach (var (sent, result) in batch.Zip(answer.Results))
        {
            sent.Answered(result, now, stage.Ledger.Violations);
        }

        stage.Ledger.CountBatch();
        return true;
    }

    private static void Unsettle(Stage stage, IReadOnlyList<SentEvent> together)
    {
        if (together[0].Acknowledged == 0)
        {
            stage.Ledger.Unsettle(together);
        }
    }
}
