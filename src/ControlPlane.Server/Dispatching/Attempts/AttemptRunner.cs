using ControlPlane.Server.Sending;
using ControlPlane.Storage;
using ControlPlane.Storage.Transitions;
using Endpoint = ControlPlane.Server.Sending.Endpoint;

namespace ControlPlane.Server.Dispatching;

/// <summary>Takes one delivery through: settings, payload, request, record.</summary>
internal sealed class AttemptRunner(
    AttemptInputs inputs, WebhookSender sender, Turns turns, Lanes lanes, AttemptRecords records, TimeProvider clock,
    ILogger<AttemptRunner> log)
{
    private static readonly TimeSpan RetrySoon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetryLater = TimeSpan.FromMinutes(1);

    /// <summary>Makes the attempt. Never throws; <paramref name="cutOff"/> ends the request, which then counts as not made.</summary>
    public async Task RunAsync(Turn turn, WorkItem item, CancellationToken cutOff)
    {
        var lane = turn.Lane;
        var ended = false;
        try
        {
            if (!records.Holds(item))
            {
                return;
            }

            var (webhook, endpoint) = await inputs.FindAsync(lane, cutOff);
            if (webhook is null || endpoint is null)
            {
                // Disabled or deleted: it waits for that to be sorted out. Unusable secrets: for the operator.
                await records.GiveBackAsync(lane, [item], webhook is { State: WebhookState.Active } ? RetryLater : TimeSpan.Zero);
                if (webhook is null)
                {
                    // The lane may have gone to sleep before this one came back, to be cancelled like the rest.
                    lanes.Reconsider(lane);
                }

                return;
            }

            var source = await inputs.ReadAsync(item, cutOff);
            if (WhyNotSent(webhook, item.Delivery, source) is { } notSent)
            {
                await records.RecordAsync(lane, item, webhook, notSent, cutOff);
                return;
            }

            var outcome = await SendAsync(turn, endpoint, item, source!, cutOff);
            // What its webhook is suspended for keeps its place until it is: the next delivery would meet, or die of, the same.
            var suspends = outcome.ReceiverGone || outcome.AddressRefused;
            if (suspends)
            {
                await records.RecordAsync(lane, item, webhook, outcome, cutOff);
            }

            ended = true;
            var back = lanes.End(lane, outcome.Unsendable ? null : outcome.Succeeded, Answered(outcome));
            if (!suspends)
            {
                await records.RecordAsync(lane, item, webhook, outcome, cutOff);
            }

            await records.GiveBackAsync(lane, back, TimeSpan.Zero);
        }
        catch (OperationCanceledException) when (cutOff.IsCancellationRequested)
        {
            await records.GiveBackAsync(lane, [item], TimeSpan.Zero);
        }
        catch (Exception e)
        {
            DispatchingLog.AttemptFailed(log, e, item.Delivery.Id);
            await records.GiveBackAsync(lane, [item], RetrySoon);
        }
        finally
        {
            if (!ended)
            {
                lanes.End(lane, null, answered: false);
            }
        }
    }

    private static bool Answered(AttemptOutcome outcome) => outcome.StatusCode > 0;

    private async Task<AttemptOutcome> SendAsync(Turn turn, Endpoint endpoint, WorkItem item, EventRecord source, CancellationToken cutOff)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cutOff, turn.GivingWay);
        AttemptOutcome outcome;
        try
        {
            outcome = await sender.SendAsync(endpoint, item.Delivery, source, either.Token, () => turns.NoteWritten(turn));
        }
        catch (OperationCanceledException) when (turn.GivingWay.IsCancellationRequested && !cutOff.IsCancellationRequested)
        {
            outcome = GaveWay(clock.GetElapsedTime(turn.StartedAt));
        }

        turns.Hear(turn, Answered(outcome), outcome.Failure == FailureKind.Timeout);
        return outcome;
    }

    private AttemptOutcome GaveWay(TimeSpan duration) => new()
    {
        StartTime = clock.GetStoreNow() - TimeSpan.FromMicroseconds(Math.Floor(duration.TotalMicroseconds)),
        Duration = duration,
        Failure = FailureKind.Timeout,
        GaveWay = true,
        Message = $"No answer within {duration.TotalSeconds:0.#} s; ended before its timeout because the server had no room left for others, and not counted.",
    };

    /// <summary>Why nothing is to be sent any more; null if there is.</summary>
    private AttemptOutcome? WhyNotSent(WebhookRecord webhook, DeliveryRecord delivery, EventRecord? source)
    {
        var now = clock.GetStoreNow();
        return source is { EraseTime: not null } && ErasureRules.ReasonOf(source) == EndReason.Erased
                ? NotSent("the event was erased", now) with { Erased = true }
            : source?.ExpireTime <= now ? Expired("the event has expired")
            : source?.Payload is null ? Expired("the event's payload is no longer stored")
            // What failed before was judged when its retry was scheduled.
            : delivery.RoundAttempts == 0 && now > delivery.RoundStartTime + webhook.RetryPolicy?.MaxAge
                ? Expired("it has waited longer than the retry policy's max_age")
            : null;

        AttemptOutcome Expired(string why) => NotSent(why, now) with { Expired = true };
    }

    private static AttemptOutcome NotSent(string why, DateTimeOffset now) => new()
    {
        StartTime = now,
        Duration = TimeSpan.Zero,
        Failure = FailureKind.Protocol,
        Message = $"not sent: {why}",
    };
}
