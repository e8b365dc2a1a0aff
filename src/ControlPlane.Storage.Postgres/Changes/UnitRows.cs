using System.Text;

namespace ControlPlane.Storage.Postgres;

/// <summary>The rows of a unit as statements of many rows each. They read the numbers that the unit took from the counters' row.</summary>
internal static class UnitRows
{
    private const string InsertEvents =
        """
        INSERT INTO events SELECT s.event_seq - $1 + u.ord, u.id, u.tenant, u.type, u.instance, u.content, u.key, u.line, u.fingerprint,
          u.labels, s.delivery_seq - $2 + u.first, u.count, u.created, u.expires, NULL, u.trace
        FROM store s, unnest($3::bigint[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
          $11::bytea[], $12::text[], $13::bigint[], $14::int[], $15::bigint[], $16::bigint[], $17::text[])
          u (ord, id, tenant, type, instance, content, key, line, fingerprint, labels, first, count, created, expires, trace)
        """;

    private const string InsertPayloads =
        "INSERT INTO payloads SELECT s.event_seq - $1 + u.ord, u.body FROM store s, unnest($2::bigint[], $3::bytea[]) u (ord, body)";

    private const string InsertNames =
        """
        INSERT INTO event_names SELECT u.tenant, u.kind, u.name, s.event_seq - $1 + u.ord
        FROM store s, unnest($2::bigint[], $3::bigint[], $4::smallint[], $5::text[]) u (ord, tenant, kind, name)
        ORDER BY u.tenant, u.kind, u.name
        """;

    private const string InsertDeliveries =
        """
        INSERT INTO deliveries SELECT s.delivery_seq - $1 + u.ord, u.id, u.tenant, u.webhook, coalesce(u.stored, s.event_seq - $2 + u.source), u.event_id, u.type,
          u.instance, u.line, u.created, u.created, s.revision - $3 + u.revision, u.created, u.due, u.lease_until, u.fence, 0, 0, 0, u.state, 0,
          u.trigger, 0, u.blocked, u.owner
        FROM store s, unnest($4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::text[], $10::text[], $11::text[],
          $12::text[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[], $18::smallint[], $19::smallint[],
          $20::boolean[], $21::text[], $22::bigint[])
          u (ord, id, tenant, webhook, source, event_id, type, instance, line, created, revision, due, lease_until, fence, state, trigger,
          blocked, owner, stored)
        """;

    private const string InsertLater =
        """
        INSERT INTO later_deliveries SELECT s.delivery_seq - $1 + u.ord, u.event, u.webhook
        FROM store s, unnest($2::bigint[], $3::bigint[], $4::bigint[]) u (ord, event, webhook)
        """;

    // The range says on which days they are. An index cannot serve such a condition: the planner would take it to read all in between.
    private const string UpdateDeliveries =
        """
        UPDATE deliveries d SET revision = s.revision - $1 + u.revision, update_time = u.updated, round_start = u.round_start, due = u.due,
          lease_until = u.lease_until, fence = u.fence, attempt_count = u.attempts, round_attempts = u.round_attempts, last_status = u.status,
          state = u.state, end_reason = u.reason, trigger = u.trigger, last_failure = u.failure, blocked = u.blocked, lease_owner = u.owner
        FROM store s, unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::int[],
          $10::int[], $11::int[], $12::smallint[], $13::smallint[], $14::smallint[], $15::smallint[], $16::boolean[], $17::text[])
          u (seq, revision, updated, round_start, due, lease_until, fence, attempts, round_attempts, status, state, reason, trigger, failure,
          blocked, owner)
        WHERE d.seq = u.seq AND d.seq >= ALL(ARRAY[$18::bigint]) AND d.seq <= ALL(ARRAY[$19::bigint])
        """;

    private const string InsertAttempts =
        """
        INSERT INTO attempts SELECT * FROM unnest($1::bigint[], $2::int[], $3::smallint[], $4::smallint[], $5::int[], $6::bigint[],
          $7::bigint[], $8::text[], $9::text[], $10::bytea[])
        """;

    private const string TrimAttempts =
        """
        DELETE FROM attempts a USING unnest($1::bigint[], $2::int[]) u (seq, number)
        WHERE a.delivery_seq = u.seq AND a.number = u.number AND a.delivery_seq >= ALL(ARRAY[$3::bigint]) AND a.delivery_seq <= ALL(ARRAY[$4::bigint])
        """;

    /// <summary>How many attempts of a delivery are kept.</summary>
    private const int AttemptsKept = 100;

    public static void Add(Script script, Unit unit)
    {
        AddEvents(script, unit);
        AddDeliveries(script, unit);
        AddUpdates(script, unit);
        AddAttempts(script, unit);
    }

    private static void AddEvents(Script script, Unit unit)
    {
        var events = unit.Events;
        if (events.Count == 0)
        {
            return;
        }

        var first = 0L;
        var firsts = new long[events.Count];
        for (var i = 0; i < firsts.Length; i++)
        {
            firsts[i] = first + 1;
            first += events[i].Deliveries.Count;
        }

        long[] ords = [.. Enumerable.Range(1, events.Count).Select(ord => (long)ord)];
        var count = (long)events.Count;
        script.Add(
            InsertEvents, count, first, ords, Of(events, e => e.Event.Id), Of(events, e => e.TenantSeq), Of(events, e => e.Event.Type),
            Of(events, e => e.Event.Instance), Of(events, e => e.Event.ContentType), Of(events, e => e.Event.IdempotencyKey),
            Of(events, e => e.Event.OrderingKey), Of(events, e => e.Fingerprint!),
            Of(events, e => e.Event.Labels is { } labels ? Json.Write(labels) : null), firsts, Of(events, e => e.Event.DeliveryCount),
            Of(events, e => e.Event.CreateTime.ToMicroseconds()), Of(events, e => e.Event.ExpireTime?.ToMicroseconds()),
            Of(events, e => e.Event.Trace?.ToString()));
        script.Add(InsertPayloads, count, ords, Of(events, e => e.Event.Payload ?? []));
        var names = events.SelectMany((e, i) => EventNames.Of(e).Select(name => (Ord: i + 1L, e.TenantSeq, name.Kind, name.Name))).ToList();
        if (names.Count > 0)
        {
            script.Add(
                InsertNames, count, Of(names, n => n.Ord), Of(names, n => n.TenantSeq), Of(names, n => n.Kind), Of(names, n => n.Name));
        }
    }

    private static void AddDeliveries(Script script, Unit unit)
    {
        var sources = unit.Events.Select((added, i) => (added, Ord: i + 1L)).ToDictionary(each => each.added, each => each.Ord);
        var born = unit.Changes.Select((change, i) => (C: change, D: change.Delivery, Revision: i + 1L)).Where(each => each.C.Source is not null).ToList();
        if (born.Count > 0)
        {
            script.Add(
                InsertDeliveries, (long)born.Count, (long)unit.Events.Count, (long)unit.Changes.Count,
                Enumerable.Range(1, born.Count).Select(ord => (long)ord).ToArray(), Of(born, b => b.D.Id), Of(born, b => b.C.TenantSeq),
                Of(born, b => b.C.WebhookSeq), Of(born, b => sources.GetValueOrDefault(b.C.Source!)), Of(born, b => b.D.EventId), Of(born, b => b.D.EventType),
                Of(born, b => b.D.Instance), Of(born, b => b.D.OrderingKey is { Length: > 0 } key ? key : null),
                Of(born, b => b.D.CreateTime.ToMicroseconds()), Of(born, b => b.Revision),
                Of(born, b => b.D.NextAttemptTime?.ToMicroseconds()), Of(born, b => b.C.LeaseUntil?.ToMicroseconds()), Of(born, b => b.D.Fence),
                Of(born, b => (short)b.D.State), Of(born, b => (short)b.D.Trigger), Of(born, b => b.C.Blocked), Of(born, b => b.C.Owner),
                Of(born, b => b.C.Source!.StoredSeq));
        }

        var later = born.Select((b, i) => (b.C, Ord: i + 1L)).Where(each => each.C.Source!.StoredSeq is not null).ToList();
        if (later.Count > 0)
        {
            script.Add(
                InsertLater, (long)born.Count, Of(later, l => l.Ord), Of(later, l => l.C.Source!.StoredSeq!.Value), Of(later, l => l.C.WebhookSeq));
        }
    }

    private static void AddUpdates(Script script, Unit unit)
    {
        var changed = unit.Changes.Select((change, i) => (C: change, D: change.Delivery, Revision: i + 1L)).Where(each => each.C.Source is null).ToList();
        if (changed.Count > 0)
        {
            script.Add(
                UpdateDeliveries, (long)unit.Changes.Count, Of(changed, c => c.C.Seq), Of(changed, c => c.Revision),
                Of(changed, c => c.D.UpdateTime.ToMicroseconds()), Of(changed, c => c.D.RoundStartTime.ToMicroseconds()),
                Of(changed, c => c.D.NextAttemptTime?.ToMicroseconds()), Of(changed, c => c.C.LeaseUntil?.ToMicroseconds()),
                Of(changed, c => c.D.Fence), Of(changed, c => c.D.AttemptCount), Of(changed, c => c.D.RoundAttempts),
                Of(changed, c => c.D.LastStatusCode), Of(changed, c => (short)c.D.State), Of(changed, c => (short)c.D.EndReason),
                Of(changed, c => (short)c.D.Trigger), Of(changed, c => (short)c.D.LastFailure), Of(changed, c => c.C.Blocked),
                Of(changed, c => c.C.Owner), changed.Min(c => c.C.Seq), changed.Max(c => c.C.Seq));
        }
    }

    private static void AddAttempts(Script script, Unit unit)
    {
        var attempts = unit.Attempts;
        if (attempts.Count == 0)
        {
            return;
        }

        script.Add(
            InsertAttempts, Of(attempts, a => a.DeliverySeq), Of(attempts, a => a.Attempt.Number), Of(attempts, a => (short)a.Attempt.Trigger),
            Of(attempts, a => (short)a.Attempt.Failure), Of(attempts, a => a.Attempt.StatusCode),
            Of(attempts, a => a.Attempt.StartTime.ToMicroseconds()), Of(attempts, a => a.Attempt.Duration.Ticks / TimeSpan.TicksPerMicrosecond),
            Of(attempts, a => Texts.Clean(a.Attempt.Message)), Of(attempts, a => Texts.Clean(a.Attempt.RemoteAddress)),
            Of(attempts, a => Encoding.UTF8.GetBytes(a.Attempt.ResponseExcerpt)));
        var old = attempts.Where(each => each.Attempt.Number > AttemptsKept).OrderBy(each => each.DeliverySeq).ToList();
        if (old.Count > 0)
        {
            script.Add(
                TrimAttempts, Of(old, a => a.DeliverySeq), Of(old, a => a.Attempt.Number - AttemptsKept), old[0].DeliverySeq, old[^1].DeliverySeq);
        }
    }

    private static TValue[] Of<T, TValue>(IReadOnlyCollection<T> rows, Func<T, TValue> value) => [.. rows.Select(value)];
}
