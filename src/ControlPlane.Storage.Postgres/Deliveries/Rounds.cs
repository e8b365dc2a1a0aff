using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Postgres;

/// <summary>Setting deliveries that ended going once more.</summary>
internal static class Rounds
{
    // Locked, so that retention, which locks it too, does not remove it before the commit.
    private const string LockPayloads =
        "SELECT event_seq FROM payloads WHERE event_seq = ANY($1) AND event_seq BETWEEN $2 AND $3 ORDER BY event_seq FOR KEY SHARE";

    public static async Task<(RetryOrCancelOutcome Outcome, StagedDelivery? Staged)> StartAsync(
        Unit unit, Answers answers, StoredDelivery stored, DeliveryTrigger trigger) =>
        (await StartAsync(unit, answers, [stored], trigger).ConfigureAwait(false))[0];

    public static async Task<List<(RetryOrCancelOutcome Outcome, StagedDelivery? Staged)>> StartAsync(
        Unit unit, Answers answers, IReadOnlyList<StoredDelivery> deliveries, DeliveryTrigger trigger)
    {
        var payloads = await LockPayloadsAsync(unit, deliveries.Select(stored => stored.EventSeq)).ConfigureAwait(false);
        return [.. deliveries.Select(stored => Start(unit, answers, stored, trigger, payloads.Contains(stored.EventSeq)))];
    }

    /// <summary>Keeps payloads of events until the commit; returns those that there are.</summary>
    public static async Task<HashSet<long>> LockPayloadsAsync(Unit unit, IEnumerable<long> eventSeqs)
    {
        var events = eventSeqs.Distinct().Order().ToArray();
        return events.Length == 0
            ? []
            : (await unit.ListAsync(LockPayloads, row => row.GetInt64(0), events, events[0], events[^1]).ConfigureAwait(false)).ToHashSet();
    }

    private static (RetryOrCancelOutcome Outcome, StagedDelivery? Staged) Start(
        Unit unit, Answers answers, StoredDelivery stored, DeliveryTrigger trigger, bool hasPayload)
    {
        var outcome = DeliveryTransitions.CheckRound(stored.Delivery, stored.WebhookDeleted, hasPayload);
        if (outcome != RetryOrCancelOutcome.Done)
        {
            return (outcome, null);
        }

        var started = DeliveryTransitions.StartRound(stored.Delivery, trigger, unit.Now);
        var staged = DeliveryWrites.Save(unit, answers, stored, started).Staged;
        // Several of one line can be started together.
        answers.FrontOf(started)?.Note(started, stored.Seq);
        return (outcome, staged);
    }
}
