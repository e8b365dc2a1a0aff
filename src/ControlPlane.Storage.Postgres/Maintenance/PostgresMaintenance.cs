using System.Runtime.CompilerServices;
using ControlPlane.Storage.Transitions;

namespace ControlPlane.Storage.Postgres;

/// <inheritdoc/>
internal sealed class PostgresMaintenance(Transactions transactions, IOwnership ownership) : IMaintenance
{
    /// <summary>One node removes for all.</summary>
    private const string Job = "retention";

    private Database Database => transactions.Database;

    public IAsyncEnumerable<Removed> RemoveExpiredAsync(RetentionTerms terms, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(terms.MetadataBefore, terms.PayloadsBefore);
        ArgumentOutOfRangeException.ThrowIfNegative(terms.DeadLetters);
        ArgumentOutOfRangeException.ThrowIfLessThan(terms.Batch, 1);
        return RunAsync(terms, cancellationToken);
    }

    private async IAsyncEnumerable<Removed> RunAsync(RetentionTerms terms, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!await ownership.TryTakeJobAsync(Job, cancellationToken).ConfigureAwait(false))
        {
            yield break;
        }

        int expired;
        do
        {
            expired = await EraseExpiredAsync(terms, cancellationToken).ConfigureAwait(false);
            yield return new Removed { Erased = expired };
        }
        while (expired > 0);

        if (Database.Options.DropsDays)
        {
            // What is left of the days that expired is looked through; the others wait until they have.
            var drops = new DayDrops(transactions, terms);
            await foreach (var removed in drops.RunAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return removed;
            }

            terms = terms with { PayloadsBefore = Days.BeginOf(drops.Ends.Payloads), MetadataBefore = Days.BeginOf(drops.Ends.Metadata) };
        }

        RowSweep[] sweeps =
        [
            new(RetentionSql.FindYoungEvent, RetentionSql.FindLastEvent, terms.PayloadsBefore, RemovePayloadsAsync),
            new(RetentionSql.FindYoungChange, RetentionSql.FindLastChange, terms.MetadataBefore, RemoveDeliveriesAsync),
            new(RetentionSql.FindYoungEvent, RetentionSql.FindLastEvent, terms.MetadataBefore, RemoveEventsAsync),
        ];
        foreach (var sweep in sweeps)
        {
            var end = await Database.FindAsync(
                sweep.FindYoung, row => (long?)row.GetInt64(0), cancellationToken, sweep.Before, terms.Now).ConfigureAwait(false) ?? long.MaxValue;
            long? position = 0;
            while (position is { } from)
            {
                var last = await Database.FindAsync(
                    sweep.FindLast, row => (long?)row.GetInt64(0), cancellationToken, from, end).ConfigureAwait(false);
                var (removed, next) = await sweep.Remove(terms, new Stretch(from, end, last ?? long.MaxValue), cancellationToken).ConfigureAwait(false);
                position = next ?? last;
                yield return removed;
            }
        }

        foreach (var (sql, before) in new[]
        {
            (StatsSql.Fold, StatsBuckets.FirstMinute(terms.Now)),
            (StatsSql.DeleteHours, StatsBuckets.FirstHour(terms.Now)),
        })
        {
            while (await ChangeAsync(sql, cancellationToken, before, terms.Batch).ConfigureAwait(false) > 0)
            {
                yield return default;
            }
        }

        foreach (var (sql, before, kind) in new (string, DateTimeOffset, Func<int, Removed>)[]
        {
            (RetentionSql.DeleteWebhooks, terms.MetadataBefore, count => new Removed { Webhooks = count }),
            (RetentionSql.DeleteRedrives, terms.MetadataBefore, count => new Removed { Redrives = count }),
            (RetentionSql.DeleteAudit, terms.AuditBefore, count => new Removed { AuditEvents = count }),
            (RetentionSql.DeleteSessions, terms.SessionsBefore, count => new Removed { Sessions = count }),
        })
        {
            int count;
            do
            {
                count = await ChangeAsync(sql, cancellationToken, before, terms.Batch).ConfigureAwait(false);
                yield return kind(count);
            }
            while (count == terms.Batch);
        }

        await ChangeAsync(RetentionSql.DeleteMarks, cancellationToken).ConfigureAwait(false);
        await ChangeAsync(RetentionSql.Mark, cancellationToken, await Database.ReadNowAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private Task<(Removed, long?)> RemovePayloadsAsync(RetentionTerms terms, Stretch stretch, CancellationToken cancellationToken) =>
        transactions.RunAsync<(Removed, long?)>(
            async unit =>
            {
                var seqs = (await unit.ListAsync(
                    RetentionSql.LockPayloads, row => row.GetInt64(0), terms.DeadLetters, stretch.From, stretch.Before, stretch.Last,
                    terms.PayloadsBefore, terms.Batch).ConfigureAwait(false)).ToArray();
                if (seqs.Length == 0)
                {
                    return () => default;
                }

                var removed = await unit.ListAsync(
                    RetentionSql.DeletePayloads, row => row.GetInt64(0), terms.DeadLetters, seqs, seqs[0], seqs[^1]).ConfigureAwait(false);
                return () => (new Removed { Payloads = removed.Count }, seqs.Length == terms.Batch ? seqs[^1] : null);
            },
            cancellationToken);

    private Task<(Removed, long?)> RemoveDeliveriesAsync(RetentionTerms terms, Stretch stretch, CancellationToken cancellationToken) =>
        transactions.RunAsync<(Removed, long?)>(
            async unit =>
            {
                var rows = await unit.ListAsync(
                    RetentionSql.LockDeliveries, row => (Seq: row.GetInt64(0), Revision: row.GetInt64(1)), terms.DeadLetters, stretch.From,
                    stretch.Before, stretch.Last, terms.MetadataBefore, terms.Batch).ConfigureAwait(false);
                if (rows.Count == 0)
                {
                    return () => default;
                }

                var seqs = rows.Select(row => row.Seq).Order().ToArray();
                await using var script = new Script(unit.Connection)
                    .Add(RetentionSql.DeleteAttempts, seqs, seqs[0], seqs[^1])
                    .Add(RetentionSql.DeleteLater, seqs, seqs[0], seqs[^1])
                    .Add(RetentionSql.DeleteDeliveries, seqs, seqs[0], seqs[^1]);
                await script.RunAsync(CancellationToken.None).ConfigureAwait(false);
                unit.Floor = rows[^1].Revision;
                return () => (new Removed { Deliveries = rows.Count }, rows.Count == terms.Batch ? rows[^1].Revision : null);
            },
            cancellationToken);

    private Task<(Removed, long?)> RemoveEventsAsync(RetentionTerms terms, Stretch stretch, CancellationToken cancellationToken) =>
        transactions.RunAsync<(Removed, long?)>(
            async unit =>
            {
                var locked = (await unit.ListAsync(
                    RetentionSql.LockEvents, row => row.GetInt64(0), stretch.From, stretch.Before, stretch.Last, terms.MetadataBefore,
                    terms.Batch).ConfigureAwait(false)).ToArray();
                if (locked.Length == 0)
                {
                    return () => default;
                }

                // A replay can have created deliveries until they were locked.
                var seqs = (await unit.ListAsync(
                    RetentionSql.FindBare, row => row.GetInt64(0), locked, locked[0], locked[^1]).ConfigureAwait(false)).ToArray();
                await using var script = new Script(unit.Connection)
                    .Add(RetentionSql.DeleteNames, (object)seqs)
                    .Add(RetentionSql.DeleteEventPayloads, seqs, locked[0], locked[^1])
                    .Add(RetentionSql.DeleteEvents, seqs, locked[0], locked[^1]);
                var removed = await script.ListAsync(row => row.GetInt64(0), CancellationToken.None).ConfigureAwait(false);
                return () => (new Removed { Events = removed.Count }, locked.Length == terms.Batch ? locked[^1] : null);
            },
            cancellationToken);

    private async Task<int> EraseExpiredAsync(RetentionTerms terms, CancellationToken cancellationToken)
    {
        var seqs = await Database.ListAsync(
            RetentionSql.FindExpired, row => row.GetInt64(0), cancellationToken, terms.Now, terms.Batch).ConfigureAwait(false);
        return await new EventErasing(transactions).EraseAsync(seqs, ofTenant: null, audit: null, cancellationToken).ConfigureAwait(false);
    }

    private Task<int> ChangeAsync(string sql, CancellationToken cancellationToken, params object?[] values) => transactions.RunAsync<int>(
        async unit =>
        {
            var changed = await unit.ListAsync(sql, row => row.FieldCount > 0, values).ConfigureAwait(false);
            return () => changed.Count;
        },
        cancellationToken);

    /// <summary>What one step looks at.</summary>
    private readonly record struct Stretch(long From, long Before, long Last);

    private sealed record RowSweep(
        string FindYoung, string FindLast, DateTimeOffset Before,
        Func<RetentionTerms, Stretch, CancellationToken, Task<(Removed, long?)>> Remove);
}
