using System.Runtime.CompilerServices;
using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Memory;

/// <inheritdoc/>
internal sealed class MemoryMaintenance(MemorySession session) : IMaintenance
{
    public IAsyncEnumerable<Removed> RemoveExpiredAsync(RetentionTerms terms, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(terms.MetadataBefore, terms.PayloadsBefore);
        ArgumentOutOfRangeException.ThrowIfNegative(terms.DeadLetters);
        ArgumentOutOfRangeException.ThrowIfLessThan(terms.Batch, 1);
        return RunAsync(terms, cancellationToken);
    }

    /// <summary>Each kind is looked through once; what was found is removed in batches, unless it changed meanwhile.</summary>
    private async IAsyncEnumerable<Removed> RunAsync(RetentionTerms terms, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Sweep[] sweeps =
        [
            new(state => FindExpired(state, terms), (state, position) => new() { Erased = MemoryErasureStore.Erase(state, position, terms.Now) ? 1 : 0 }),
            new(state => FindPayloads(state, terms), (state, position) => new() { Payloads = RemovePayload(state, position, terms) }),
            new(state => FindDeliveries(state, terms), (state, position) => new() { Deliveries = RemoveDelivery(state, position, terms) }),
            new(state => FindEvents(state, terms), RemoveEvent),
            new(state => FindWebhooks(state, terms), RemoveWebhook),
            new(state => FindRedrives(state, terms), RemoveRedrive),
            new(state => [.. state.Audit.Keys.TakeWhile(position => position < terms.AuditBefore.ToMicroseconds())], RemoveAudit),
            new(state => FindSessions(state, terms), RemoveSession),
        ];
        foreach (var sweep in sweeps)
        {
            var found = await session.ReadAsync(sweep.Find, cancellationToken).ConfigureAwait(false);
            foreach (var batch in found.Chunk(terms.Batch))
            {
                yield return await session.WriteAsync(
                    state => batch.Aggregate(default(Removed), (sum, position) => sum + sweep.Remove(state, position)),
                    cancellationToken).ConfigureAwait(false);
            }
        }

        await session.WriteAsync(state => MemoryStatsStore.Fold(state, terms.Now), cancellationToken).ConfigureAwait(false);
    }

    private static List<long> FindExpired(StoreState state, RetentionTerms terms) =>
    [
        .. state.Events.Values.Where(stored => stored.Event.ExpireTime <= terms.Now && stored.Event.EraseTime is null)
            .OrderBy(stored => stored.Event.ExpireTime).Select(stored => stored.Position),
    ];

    private static List<long> FindPayloads(StoreState state, RetentionTerms terms) =>
    [
        .. Expired(
                state.Events.Values.Where(stored => stored.Event.Payload is not null),
                stored => stored.Event.CreateTime, terms.PayloadsBefore, terms.Now)
            .Where(stored => !NeedsPayload(state, stored.Position, terms)).Select(stored => stored.Position),
    ];

    private static int RemovePayload(StoreState state, long position, RetentionTerms terms)
    {
        if (NeedsPayload(state, position, terms))
        {
            return 0;
        }

        var stored = state.Events[position];
        state.Events = state.Events.SetItem(position, stored with { Event = stored.Event with { Payload = null } });
        return 1;
    }

    private static bool NeedsPayload(StoreState state, long position, RetentionTerms terms) =>
        DeliveriesOf(state, position).Any(stored => !stored.Delivery.Ended || IsKept(state, stored, terms));

    /// <summary>In the order of their last change, so that the floor of the change feed stays as far behind as the clock allows.</summary>
    private static List<long> FindDeliveries(StoreState state, RetentionTerms terms) =>
    [
        .. Expired(
                state.Deliveries.Values.Where(stored => stored.LeaseUntil is null).OrderBy(stored => stored.Delivery.Revision),
                stored => stored.Delivery.UpdateTime, terms.MetadataBefore, terms.Now)
            .Where(stored => stored.Delivery.Ended && !IsKept(state, stored, terms)).Select(stored => stored.Position),
    ];

    private static int RemoveDelivery(StoreState state, long position, RetentionTerms terms)
    {
        var stored = state.Deliveries[position];
        if (!stored.Delivery.Ended || stored.Delivery.UpdateTime >= terms.Now)
        {
            return 0;
        }

        state.Remove(stored);
        return 1;
    }

    private static List<long> FindEvents(StoreState state, RetentionTerms terms) =>
    [
        .. Expired(state.Events.Values, stored => stored.Event.CreateTime, terms.MetadataBefore, terms.Now)
            .Where(stored => !DeliveriesOf(state, stored.Position).Any()).Select(stored => stored.Position),
    ];

    private static Removed RemoveEvent(StoreState state, long position)
    {
        state.Events = state.Events.Remove(position);
        return new() { Events = 1 };
    }

    private static List<long> FindWebhooks(StoreState state, RetentionTerms terms)
    {
        var used = state.Deliveries.Values.Select(stored => stored.Delivery.WebhookId).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. state.Webhooks.Values.Where(stored => stored.DeleteTime < terms.MetadataBefore && !used.Contains(stored.Webhook.Id))
                .Select(stored => stored.Position),
        ];
    }

    private static Removed RemoveWebhook(StoreState state, long position)
    {
        state.Webhooks = state.Webhooks.Remove(position);
        return new() { Webhooks = 1 };
    }

    private static List<long> FindRedrives(StoreState state, RetentionTerms terms) =>
    [
        .. state.Redrives.Values
            .Where(stored => stored.Redrive.State != RedriveState.Running && stored.Redrive.UpdateTime < terms.MetadataBefore)
            .Select(stored => stored.Position),
    ];

    private static Removed RemoveRedrive(StoreState state, long position)
    {
        state.Redrives = state.Redrives.Remove(position);
        return new() { Redrives = 1 };
    }

    private static Removed RemoveAudit(StoreState state, long position)
    {
        state.Audit = state.Audit.Remove(position);
        return new() { AuditEvents = 1 };
    }

    private static List<long> FindSessions(StoreState state, RetentionTerms terms) =>
    [
        .. state.Keys.Values.Where(stored => stored.Key.IsPortalSession && stored.Key.ExpireTime < terms.SessionsBefore).Select(stored => stored.Position),
    ];

    private static Removed RemoveSession(StoreState state, long position)
    {
        state.Keys = state.Keys.Remove(position);
        return new() { Sessions = 1 };
    }

    /// <summary>Whether a delivery is one of the last dead letters of a webhook that was not deleted.</summary>
    private static bool IsKept(StoreState state, StoredDelivery stored, RetentionTerms terms) =>
        stored.Delivery.State == DeliveryState.Dead
        && state.FindWebhook(stored.Delivery.WebhookId) is not null
        && state.Deliveries.Values.Count(other => other.Position > stored.Position
            && other.Delivery.State == DeliveryState.Dead && other.Delivery.WebhookId == stored.Delivery.WebhookId) < terms.DeadLetters;

    private static IEnumerable<StoredDelivery> DeliveriesOf(StoreState state, long position) =>
        state.Deliveries.Values.Where(stored => stored.Event == position);

    private static IEnumerable<T> Expired<T>(
        IEnumerable<T> rows, Func<T, DateTimeOffset> time, DateTimeOffset before, DateTimeOffset now)
    {
        var judge = new ExpiryJudge(before, now);
        return rows.Select(row => (Row: row, Age: judge.Judge(time(row).ToMicroseconds())))
            .TakeWhile(judged => judged.Age != Age.Young)
            .Where(judged => judged.Age == Age.Expired)
            .Select(judged => judged.Row);
    }

    private sealed record Sweep(Func<StoreState, List<long>> Find, Func<StoreState, long, Removed> Remove);
}
