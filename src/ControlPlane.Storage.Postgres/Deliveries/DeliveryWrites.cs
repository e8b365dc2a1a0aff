using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Postgres;

/// <summary>Changes of single deliveries, with what follows for their lines.</summary>
internal static class DeliveryWrites
{
    /// <summary>The leased delivery that a lease is on; null if the lease is stale.</summary>
    public static StoredDelivery? Find(Unit unit, Answers answers, long seq, long fence) =>
        answers.IsMember && answers.Deliveries.TryGetValue(seq, out var stored)
            && stored.Delivery.State == DeliveryState.InFlight && stored.Delivery.Fence == fence
            && unit.Holdings.MayRecord(stored.Delivery.WebhookId)
            ? stored
            : null;

    /// <summary>Stages a change of a delivery that is not leased afterwards; returns when the next one of its line is due.</summary>
    public static (StagedDelivery Staged, DateTimeOffset? Next) Save(Unit unit, Answers answers, StoredDelivery stored, DeliveryRecord changed)
    {
        var (blocked, next) = answers.FrontOf(changed)?.Advance(unit, changed, stored.Seq, stored.HeadOfLine) ?? (false, null);
        return (unit.Save(stored, changed, blocked: blocked), next);
    }

    /// <summary>Records an attempt; null if the lease was stale.</summary>
    public static (StagedDelivery Staged, DateTimeOffset? Next)? Complete(Unit unit, Answers answers, long seq, Completion completion)
    {
        if (Find(unit, answers, seq, completion.Delivery.Fence) is not { } stored)
        {
            return null;
        }

        var before = stored.Delivery;
        var completed = DeliveryTransitions.Complete(
            completion, before.AttemptCount, before.RoundAttempts, stored.WebhookDeleted, stored.Erased, unit.Now);
        var attempt = stored.Erased == EndReason.None ? completion.Attempt : ErasureRules.Erase(completion.Attempt);
        unit.Attempts.Add(new StagedAttempt(seq, attempt with { Number = completed.AttemptCount }));
        unit.Count(stored, completed);
        return Save(unit, answers, stored, completed);
    }
}
