using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>
/// Looks up and locks what operations asked for. Everybody locks in the same order: holds of changes, tenants' turns, tenants, the membership of this node,
/// lines, deliveries by number, the counters.
/// </summary>
internal static class Asking
{
    // Those who lock a row in share do not wait for one who waits to change it, so that while somebody always publishes, on any node, nobody
    // could ever change a webhook. Advisory locks are given in the order they are asked for. A turn is that of several tenants, so that a
    // transaction about many holds a bounded number of locks, and all are taken in one order.
    private const string TakeTurns =
        """
        SELECT CASE WHEN u.changes THEN pg_advisory_xact_lock(2, u.turn) ELSE pg_advisory_xact_lock_shared(2, u.turn) END
        FROM (
          SELECT hashtext(t.id) & 63 AS turn, bool_or(t.changes) AS changes
          FROM (SELECT unnest($1::text[]) AS id, true AS changes UNION ALL SELECT unnest($2::text[]), false) t
          GROUP BY 1 ORDER BY 1) u
        """;

    private const string WaitForHolds =
        "SELECT pg_advisory_xact_lock(3, u.turn) FROM (SELECT DISTINCT hashtext(t.id) & 63 AS turn FROM unnest($1::text[]) t (id) ORDER BY 1) u";

    private const string LockTenants =
        "SELECT id, seq, config_version FROM tenants WHERE id = ANY($1) AND delete_time IS NULL ORDER BY seq FOR SHARE";

    private const string LockChangedTenants =
        "SELECT id, seq, config_version FROM tenants WHERE id = ANY($1) AND delete_time IS NULL ORDER BY seq FOR NO KEY UPDATE";

    /// <summary>Whoever takes over what a node owned deletes this row, which waits for those who have it locked. The node itself waits for
    /// those who have the other lock, before it gives shards up: a lock that is given in the order in which it is asked for, since there
    /// is always somebody who has one.</summary>
    public const string LockMembership = "SELECT pg_advisory_xact_lock_shared(4, $1::int) FROM nodes WHERE epoch = $1 FOR KEY SHARE";

    private const string FindNames =
        """
        SELECT u.tenant, u.kind, u.name, e.seq, e.fingerprint
        FROM unnest($1::text[], $2::smallint[], $3::text[]) u (tenant, kind, name)
          JOIN tenants t ON t.id = u.tenant
          JOIN event_names n ON n.tenant_seq = t.seq AND n.kind = u.kind AND n.name = u.name
          JOIN events e ON e.seq = n.event_seq
        """;

    // The tenant by the event, as in EventRows: by its tenant an event would be looked for among all of the day.
    private const string FindIds =
        """
        SELECT u.tenant, u.id, e.seq, e.fingerprint FROM unnest($1::text[], $2::text[]) u (tenant, id)
          JOIN events e ON e.id = u.id AND e.seq >= $3
          JOIN tenants t ON t.seq = e.tenant_seq + 0 AND t.id = u.tenant
        """;

    public const string LockLines = "SELECT pg_advisory_xact_lock(u.key) FROM unnest($1::bigint[]) u (key)";

    private const string LockDeliveries =
        DeliveryRows.Select + "WHERE d.seq = ANY($1) AND d.seq BETWEEN $2 AND $3 ORDER BY d.seq FOR UPDATE OF d";

    // Two of each, since the one that is asked for can be among them.
    private const string FindFronts =
        """
        SELECT u.ord, f.seq, f.id, f.state, f.due, f.blocked
        FROM unnest($1::text[], $2::text[]) WITH ORDINALITY u (webhook, line, ord)
          JOIN webhooks w ON w.id = u.webhook
          CROSS JOIN LATERAL (
            (SELECT seq, id, state, due, blocked FROM deliveries
              WHERE webhook_seq = w.seq AND line = u.line AND end_reason = 0 AND state = 2 ORDER BY seq LIMIT 2)
            UNION ALL
            (SELECT seq, id, state, due, blocked FROM deliveries
              WHERE webhook_seq = w.seq AND line = u.line AND end_reason = 0 AND state = 1 ORDER BY seq LIMIT 2)
            UNION ALL
            (SELECT seq, id, state, due, blocked FROM deliveries
              WHERE webhook_seq = w.seq AND line = u.line AND end_reason = 0 AND state = 3 AND (w.head_of_line = 1 OR due <= NOW)
              ORDER BY seq LIMIT 2)) f
        """;

    /// <summary>Begins the transaction, and asks in the same round trip.</summary>
    public static async Task<Answers> BeginAsync(Unit unit, Questions questions)
    {
        await using var script = new Script(unit.Connection);
        script.Add("BEGIN").Add("SELECT " + unit.Database.Now);
        var readers = new List<Func<NpgsqlDataReader, Answers, Task>>();
        AddTenants(script, readers, questions);
        if (unit.Holdings.Epoch is > 0 and var epoch)
        {
            script.Add(LockMembership, epoch);
            readers.Add(async (rows, answers) => answers.IsMember = await rows.ReadAsync().ConfigureAwait(false));
        }

        AddNames(script, readers, questions);
        AddLines(script, readers, questions, unit.Database.Now);
        var result = new Answers();
        await using var reader = await script.ReadAsync(CancellationToken.None).ConfigureAwait(false);
        await reader.ReadAsync().ConfigureAwait(false);
        unit.Now = reader.Time(0);
        foreach (var read in readers)
        {
            await reader.NextResultAsync().ConfigureAwait(false);
            await read(reader, result).ConfigureAwait(false);
        }

        while (await reader.NextResultAsync().ConfigureAwait(false))
        {
        }

        return result;
    }

    /// <summary>Asks for deliveries and lines in a transaction that has begun.</summary>
    public static async Task<Answers> AskAsync(Unit unit, Questions questions)
    {
        var readers = new List<Func<NpgsqlDataReader, Answers, Task>>();
        await using var script = new Script(unit.Connection);
        AddLines(script, readers, questions, unit.Database.Now);
        var result = new Answers();
        if (script.Count > 0)
        {
            await using var reader = await script.ReadAsync(CancellationToken.None).ConfigureAwait(false);
            foreach (var read in readers)
            {
                await read(reader, result).ConfigureAwait(false);
                await reader.NextResultAsync().ConfigureAwait(false);
            }
        }

        return result;
    }

    /// <summary>Looks at the front of a line, without a lock.</summary>
    public static async Task<LineFront> FindFrontAsync(Database database, NpgsqlConnection connection, Line line)
    {
        await using var script = new Script(connection).Add(
            FindFronts.Replace("NOW", database.Now, StringComparison.Ordinal), new[] { line.WebhookId }, new[] { line.Key });
        var front = new LineFront();
        front.Members.AddRange(await script.ListAsync(ReadMember, CancellationToken.None).ConfigureAwait(false));
        return front;
    }

    private static LineMember ReadMember(NpgsqlDataReader row) =>
        new(row.GetInt64(1), row.GetString(2), (DeliveryState)row.GetInt16(3), row.TimeOrNull(4), row.GetBoolean(5));

    private static void AddTenants(Script script, List<Func<NpgsqlDataReader, Answers, Task>> readers, Questions questions)
    {
        if (questions.ChangedTenants.Count > 0)
        {
            script.Add(WaitForHolds, (object)questions.ChangedTenants.ToArray());
            readers.Add(static (_, _) => Task.CompletedTask);
        }

        if (questions.ChangedTenants.Count > 0 || questions.Tenants.Count > 0)
        {
            script.Add(TakeTurns, questions.ChangedTenants.ToArray(), questions.Tenants.ToArray());
            readers.Add(static (_, _) => Task.CompletedTask);
        }

        foreach (var (sql, ids) in new[] { (LockChangedTenants, questions.ChangedTenants), (LockTenants, questions.Tenants) })
        {
            if (ids.Count == 0)
            {
                continue;
            }

            script.Add(sql, (object)ids.ToArray());
            readers.Add(async (rows, answers) =>
            {
                while (await rows.ReadAsync().ConfigureAwait(false))
                {
                    answers.Tenants[rows.GetString(0)] = new KnownTenant(rows.GetInt64(1), rows.GetInt64(2));
                }
            });
        }
    }

    private static void AddNames(Script script, List<Func<NpgsqlDataReader, Answers, Task>> readers, Questions questions)
    {
        if (questions.Names.Count > 0)
        {
            var names = questions.Names.ToList();
            script.Add(
                FindNames, names.Select(n => n.TenantId).ToArray(), names.Select(n => n.Kind).ToArray(), names.Select(n => n.Name).ToArray());
            readers.Add(async (rows, answers) =>
            {
                while (await rows.ReadAsync().ConfigureAwait(false))
                {
                    answers.Names[(rows.GetString(0), rows.GetInt16(1), rows.GetString(2))] = new KnownEvent(rows.GetInt64(3), rows.BytesOrNull(4));
                }
            });
        }

        if (questions.Ids.Count > 0)
        {
            var ids = questions.Ids.ToList();
            script.Add(
                FindIds, ids.Select(n => n.TenantId).ToArray(), ids.Select(n => n.Id).ToArray(), ids.Min(each => Days.LeastSeqOf(each.Id)));
            readers.Add(async (rows, answers) =>
            {
                while (await rows.ReadAsync().ConfigureAwait(false))
                {
                    answers.Names[(rows.GetString(0), EventNames.Id, rows.GetString(1))] = new KnownEvent(rows.GetInt64(2), rows.BytesOrNull(3));
                }
            });
        }
    }

    private static void AddLines(
        Script script, List<Func<NpgsqlDataReader, Answers, Task>> readers, Questions questions, string now)
    {
        var lines = questions.Lines.OrderBy(line => line.Lock).ToList();
        if (lines.Count > 0)
        {
            script.Add(LockLines, (object)lines.Select(line => line.Lock).ToArray());
            readers.Add(static (_, _) => Task.CompletedTask);
        }

        if (questions.Deliveries.Count > 0)
        {
            var seqs = questions.Deliveries.Keys.Order().ToArray();
            script.Add(LockDeliveries, seqs, seqs[0], seqs[^1]);
            readers.Add(async (rows, answers) =>
            {
                while (await rows.ReadAsync().ConfigureAwait(false))
                {
                    var stored = DeliveryRows.Read(rows);
                    answers.Deliveries[stored.Seq] = stored;
                }
            });
        }

        if (lines.Count > 0)
        {
            script.Add(
                FindFronts.Replace("NOW", now, StringComparison.Ordinal), lines.Select(line => line.WebhookId).ToArray(),
                lines.Select(line => line.Key).ToArray());
            readers.Add(async (rows, answers) =>
            {
                lines.ForEach(line => answers.Lines[line] = new LineFront());
                while (await rows.ReadAsync().ConfigureAwait(false))
                {
                    answers.Lines[lines[(int)rows.GetInt64(0) - 1]].Members.Add(ReadMember(rows));
                }
            });
        }
    }
}
