using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>
/// Drops the partitions of whole days that have expired, instead of removing their rows. A day with anything in it that stays is left to
/// be looked through row by row.
/// </summary>
internal sealed class DayDrops(Transactions transactions, RetentionTerms terms)
{
    /// <summary>Others wait no longer than that for a drop that waits for others.</summary>
    private const string LockTimeout = "SET LOCAL lock_timeout = '300ms'";

    private Database Database => transactions.Database;

    /// <summary>The days before which all is expired: of payloads, and of the rest.</summary>
    public (long Payloads, long Metadata) Ends { get; } = (Days.Of(terms.PayloadsBefore), Days.Of(terms.MetadataBefore));

    /// <summary>Drops what it can, day by day.</summary>
    public async IAsyncEnumerable<Removed> RunAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var day in await ListDaysAsync("payloads", Ends.Payloads, cancellationToken).ConfigureAwait(false))
        {
            yield return new Removed { Payloads = await DropPayloadsAsync(day, cancellationToken).ConfigureAwait(false) };
        }

        foreach (var day in await ListDaysAsync("deliveries", Ends.Metadata, cancellationToken).ConfigureAwait(false))
        {
            yield return new Removed { Deliveries = await DropDeliveriesAsync(day, cancellationToken).ConfigureAwait(false) };
        }

        var left = (await ListDaysAsync("deliveries", Ends.Metadata, cancellationToken).ConfigureAwait(false)).ToHashSet();
        foreach (var day in (await ListDaysAsync("events", Ends.Metadata, cancellationToken).ConfigureAwait(false)).Where(day => !left.Contains(day)))
        {
            yield return new Removed { Events = await DropEventsAsync(day, cancellationToken).ConfigureAwait(false) };
        }
    }

    private async Task<int> DropPayloadsAsync(long day, CancellationToken cancellationToken)
    {
        var look = await LookAsync(day, "FALSE", cancellationToken).ConfigureAwait(false);
        if (look.Stays || await IsNeededLaterAsync(day, cancellationToken).ConfigureAwait(false))
        {
            return 0;
        }

        var count = await CountAsync("payloads", day, cancellationToken).ConfigureAwait(false);
        return await TryDropAsync(day, ["payloads"], look.Head, cancellationToken).ConfigureAwait(false) ? count : 0;
    }

    private async Task<int> DropDeliveriesAsync(long day, CancellationToken cancellationToken)
    {
        var look = await LookAsync(day, $"d.update_time >= {terms.MetadataBefore.ToMicroseconds()}", cancellationToken).ConfigureAwait(false);
        if (look.Stays)
        {
            return 0;
        }

        // Before they go, so that no watcher goes on over the gap. If they stay after all, it was early.
        await transactions.RunAsync<bool>(
            unit =>
            {
                unit.Floor = look.Latest;
                return Task.FromResult(() => true);
            },
            cancellationToken).ConfigureAwait(false);
        return await TryDropAsync(day, ["attempts", "deliveries"], look.Head, cancellationToken).ConfigureAwait(false) ? look.Count : 0;
    }

    private async Task<int> DropEventsAsync(long day, CancellationToken cancellationToken)
    {
        // Deliveries that were created on a later day keep it.
        if (await Database.FindAsync(
            RetentionSql.IsChangedLater, row => row.GetBoolean(0), cancellationToken, Days.FirstSeq(day), Days.FirstSeq(day + 1), -1L).ConfigureAwait(false))
        {
            return 0;
        }

        var count = await CountAsync("events", day, cancellationToken).ConfigureAwait(false);
        await LookThroughAsync(
            "WITH gone AS (DELETE FROM event_names WHERE event_seq > $1 AND event_seq <= $2 RETURNING 1) SELECT count(*)::int FROM gone",
            row => row.GetInt32(0), cancellationToken, Days.FirstSeq(day), Days.FirstSeq(day + 1)).ConfigureAwait(false);
        // The payloads of a day usually went before.
        var withPayloads = (await ListDaysAsync("payloads", day + 1, cancellationToken).ConfigureAwait(false)).Contains(day);
        return await TryDropAsync(day, withPayloads ? ["payloads", "events"] : ["events"], long.MaxValue, cancellationToken).ConfigureAwait(false) ? count : 0;
    }

    private Task<bool> IsNeededLaterAsync(long day, CancellationToken cancellationToken) => Database.FindAsync(
        RetentionSql.IsNeededLater, row => row.GetBoolean(0), cancellationToken, terms.DeadLetters, Days.FirstSeq(day), Days.FirstSeq(day + 1));

    /// <summary>Looks through the deliveries of a day, which may have been dropped.</summary>
    private async Task<(int Count, long Latest, bool Stays, long Head)> LookAsync(long day, string isYoung, CancellationToken cancellationToken)
    {
        var head = await Database.FindAsync("SELECT revision FROM store", row => row.GetInt64(0), cancellationToken).ConfigureAwait(false);
        if (!(await ListDaysAsync("deliveries", day + 1, cancellationToken).ConfigureAwait(false)).Contains(day))
        {
            return (0, 0, false, head);
        }

        // The first one that stays ends it. Most often that is a dead letter, and those have an index.
        var deliveries = Partitions.NameOf("deliveries", day);
        var stays = await LookThroughAsync(
            $"SELECT EXISTS (SELECT 1 FROM {deliveries} d WHERE {RetentionSql.IsKept}) OR EXISTS (SELECT 1 FROM {deliveries} d WHERE d.end_reason = 0 OR {isYoung})",
            row => row.GetBoolean(0), cancellationToken, terms.DeadLetters).ConfigureAwait(false);
        if (stays)
        {
            return (0, 0, true, head);
        }

        var (count, latest) = await LookThroughAsync(
            $"SELECT count(*)::int, coalesce(max(revision), 0) FROM {deliveries}", row => (row.GetInt32(0), row.GetInt64(1)), cancellationToken).ConfigureAwait(false);
        return (count, latest, false, head);
    }

    /// <summary>Drops a day of tables unless a delivery of that day changed after a revision, or others have them locked for long.</summary>
    private async Task<bool> TryDropAsync(long day, string[] tables, long head, CancellationToken cancellationToken)
    {
        using var use = Database.Enter();
        var deliveries = Partitions.NameOf("deliveries", day);
        try
        {
            await using var connection = await Database.Source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
            await using var script = new Script(connection).Add(LockTimeout);
            foreach (var table in tables)
            {
                script.Add($"LOCK TABLE {Partitions.NameOf(table, day)} IN ACCESS EXCLUSIVE MODE");
            }

            script.Add("SELECT to_regclass($1) IS NOT NULL", deliveries);
            bool hasDeliveries;
            await using (var rows = await script.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                await rows.ReadAsync(cancellationToken).ConfigureAwait(false);
                hasDeliveries = rows.GetBoolean(0);
            }

            if (hasDeliveries)
            {
                await using var changed = new NpgsqlCommand($"SELECT EXISTS (SELECT 1 FROM {deliveries} WHERE revision > {head})", connection);
                if ((bool)(await changed.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!)
                {
                    return false;
                }
            }

            if (tables.Contains("deliveries"))
            {
                await using var forget = new Script(connection).Add(RetentionSql.DeleteLaterOfDay, Days.FirstSeq(day), Days.FirstSeq(day + 1));
                await forget.RunAsync(cancellationToken).ConfigureAwait(false);
            }
            else
            {
                // Of its events, on whatever day they were created.
                await using var later = new Script(connection).Add(
                    RetentionSql.IsChangedLater, Days.FirstSeq(day), Days.FirstSeq(day + 1), tables.Contains("events") ? -1L : head);
                if ((await later.ListAsync(row => row.GetBoolean(0), cancellationToken).ConfigureAwait(false))[0])
                {
                    return false;
                }
            }

            await using var drop = new NpgsqlCommand(
                string.Concat(tables.Select(table => $"DROP TABLE {Partitions.NameOf(table, day)};")), connection);
            await drop.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UndefinedTable)
        {
            // The next pass tries again.
            return false;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw Faults.Translate(exception);
        }
    }

    /// <summary>Runs a statement that reads a day, however long that takes, and reads its one row.</summary>
    private Task<T> LookThroughAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params object?[] values) =>
        Database.ReadAsync(
            async connection =>
            {
                await using var script = new Script(connection).Patiently().Add(sql, values);
                return (await script.ListAsync(read, cancellationToken).ConfigureAwait(false))[0];
            },
            cancellationToken);

    private Task<int> CountAsync(string table, long day, CancellationToken cancellationToken) => LookThroughAsync(
        $"SELECT count(*)::int FROM {Partitions.NameOf(table, day)}", row => row.GetInt32(0), cancellationToken);

    private async Task<List<long>> ListDaysAsync(string table, long before, CancellationToken cancellationToken) => await Database.ListAsync(
        """
        SELECT substr(c.relname, length($1) + 3)::bigint FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = to_regclass($1) AND substr(c.relname, length($1) + 3)::bigint < $2 ORDER BY 1
        """,
        row => row.GetInt64(0), cancellationToken, table, before).ConfigureAwait(false);
}
