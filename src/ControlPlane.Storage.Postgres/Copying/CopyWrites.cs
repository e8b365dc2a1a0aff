using ControlPlane.Storage.Transitions;
using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>Adding entries of another store as they are, within a transaction that has the row of the store locked.</summary>
internal static class CopyWrites
{
    private const string InsertTenant =
        """
        INSERT INTO tenants (id, name, labels, policy, version, config_version, config_seq, create_time, update_time, external_id, webhook_number, delete_time)
        VALUES ($1, $2, $3, $4, $5, $9, 0, $6, $7, $8::text, $10, $11::bigint)
        """;

    private const string InsertRedrive =
        """
        INSERT INTO redrives (id, tenant_seq, filter, max_rate, state, matched, retried, skipped, scope_revision, scope_end, position,
          create_time, update_time, replay)
        VALUES ($1, (SELECT seq FROM tenants WHERE id = $2::text), $3, $4, $5, $6, $7, $8, $9, coalesce({0}, 0), coalesce({1}, 0), $12, $13, $14::text)
        """;

    private const string AfterDelivery = "(SELECT seq + 1 FROM deliveries WHERE id = {0}::text)";

    private const string AfterEvent =
        "(SELECT seq + 1 FROM events WHERE id = {0}::text AND tenant_seq = (SELECT seq FROM tenants WHERE id = $2::text))";

    private const string FindEvents =
        "SELECT e.seq, e.id, t.id FROM events e JOIN tenants t ON t.seq = e.tenant_seq + 0 WHERE e.id = ANY($1)";

    private const string InsertLater = "INSERT INTO later_deliveries SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[])";

    /// <summary>Deliveries of lines that hold the later ones up, or do as soon as they are due.</summary>
    private const string FindBusy =
        """
        SELECT DISTINCT u.webhook, u.line, d.state = 3 AND d.due > $3
        FROM unnest($1::bigint[], $2::text[]) u (webhook, line) CROSS JOIN LATERAL (
          SELECT state, due FROM deliveries
          WHERE webhook_seq = u.webhook AND line = u.line AND end_reason = 0 AND NOT blocked OFFSET 0) d
        """;

    private const string AddBacklogs =
        """
        INSERT INTO backlogs AS b (tenant_seq, open) SELECT * FROM unnest($1::bigint[], $2::bigint[])
        ON CONFLICT (tenant_seq) DO UPDATE SET open = b.open + excluded.open
        """;

    public static async Task AddAsync(
        Database database, NpgsqlConnection connection, IReadOnlyList<StoreEntry> entries, (long Event, long Delivery) last,
        CancellationToken cancellationToken)
    {
        var events = entries.OfType<StoreEntry.PublishedEvent>().ToList();
        if (events.Count > 0)
        {
            await AddEventsAsync(database, connection, events, last, cancellationToken).ConfigureAwait(false);
            return;
        }

        var later = entries.OfType<StoreEntry.LaterDelivery>().Select(each => each.Delivery).ToList();
        if (later.Count > 0)
        {
            await AddLaterAsync(database, connection, later, last.Delivery, cancellationToken).ConfigureAwait(false);
            return;
        }

        await using var script = new Script(connection);
        foreach (var entry in entries)
        {
            Add(script, entry);
        }

        if (script.Count > 0)
        {
            await script.RunAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static void Add(Script script, StoreEntry entry)
    {
        switch (entry)
        {
            case StoreEntry.Tenant tenant:
                script.Add(
                    InsertTenant, [.. TenantRows.ValuesOf(tenant.Record), tenant.ConfigVersion, tenant.WebhookNumber, tenant.DeleteTime]);
                break;
            case StoreEntry.ApiKey { Record: var key }:
                script.Add(KeyRows.InsertByTenantId, [key.Id, key.TenantId, .. KeyRows.ValuesOf(key, null)[2..]]);
                break;
            case StoreEntry.Webhook { Record: var webhook } added:
                script.Add(
                    WebhookRows.InsertWhole, webhook.Id, (short)Holdings.ShardOf(webhook.Id), webhook.TenantId, WebhookRows.NullIfEmpty(webhook.ExternalId),
                    WebhookRows.NullIfEmpty(webhook.RequestId), webhook.HeadOfLine, webhook.FailingSince, WebhookRows.Write(webhook), added.DeleteTime);
                break;
            case StoreEntry.EventType { Record: var type }:
                script.Add(EventTypeRows.InsertByTenantId, EventTypeRows.ValuesOf(type));
                break;
            case StoreEntry.AuditEvent { Record: var audit }:
                script.Add(AuditRows.InsertOne, AuditRows.ValuesOf(audit));
                break;
            case StoreEntry.Redrive { Record: var redrive } added:
                script.Add(
                    SqlOf(redrive), redrive.Id, redrive.Filter.TenantId, RedriveRows.Write(redrive.Filter), redrive.MaxRatePerSecond, redrive.State,
                    redrive.Matched, redrive.Retried, redrive.Skipped, added.ScopeRevision, added.ScopeTo, added.DoneTo, redrive.CreateTime,
                    redrive.UpdateTime, RedriveRows.Write(redrive.Replay));
                break;
        }
    }

    private static string SqlOf(RedriveRecord redrive)
    {
        var after = redrive.Replay is null ? AfterDelivery : AfterEvent;
        return InsertRedrive
            .Replace("{0}", after.Replace("{0}", "$10", StringComparison.Ordinal), StringComparison.Ordinal)
            .Replace("{1}", after.Replace("{0}", "$11", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private static async Task AddLaterAsync(
        Database database, NpgsqlConnection connection, List<DeliveryEntry> later, long last, CancellationToken cancellationToken)
    {
        var now = await database.ReadNowAsync(cancellationToken).ConfigureAwait(false);
        var (tenants, webhooks) = await FindAsync(connection, later, cancellationToken).ConfigureAwait(false);
        await using var find = new Script(connection).Add(FindEvents, (object)later.Select(each => each.Record.EventId).Distinct(StringComparer.Ordinal).ToArray());
        var events = (await find.ListAsync(row => (Seq: row.GetInt64(0), Id: row.GetString(1), Tenant: row.GetString(2)), cancellationToken).ConfigureAwait(false))
            .ToDictionary(each => (each.Tenant, each.Id), each => each.Seq);
        var deliveries = new List<CopiedDelivery>(later.Count);
        foreach (var entry in later)
        {
            var record = entry.Record;
            last = Math.Max(last, Days.FirstSeq(Math.Clamp(Days.Of(record.CreateTime), 1, Days.Of(now)))) + 1;
            deliveries.Add(new CopiedDelivery(
                last, events[(record.TenantId, record.EventId)], tenants[record.TenantId], webhooks[record.WebhookId].Seq, entry));
        }

        foreach (var day in deliveries.Select(each => Days.OfSeq(each.Seq - 1)).Distinct())
        {
            await Partitions.EnsureEarlierAsync(connection, day, cancellationToken).ConfigureAwait(false);
        }

        await WriteAsync(connection, [], deliveries, tenants, webhooks, now, cancellationToken).ConfigureAwait(false);
        await using var script = new Script(connection)
            .Add(
                InsertLater, deliveries.Select(each => each.Seq).ToArray(), deliveries.Select(each => each.Source).ToArray(),
                deliveries.Select(each => each.Webhook).ToArray())
            .Add("UPDATE store SET delivery_seq = $1", last);
        await script.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds the numbers of tenants and webhooks of deliveries.</summary>
    private static async Task<(Dictionary<string, long> Tenants, Dictionary<string, (long Seq, HeadOfLine HeadOfLine)> Webhooks)> FindAsync(
        NpgsqlConnection connection, IReadOnlyCollection<DeliveryEntry> deliveries, CancellationToken cancellationToken, IEnumerable<string>? alsoTenants = null) => (
        await FindAsync(
            connection, "SELECT id, seq FROM tenants WHERE id = ANY($1)", row => row.GetInt64(1),
            deliveries.Select(each => each.Record.TenantId).Concat(alsoTenants ?? []), cancellationToken).ConfigureAwait(false),
        await FindAsync(
            connection, "SELECT id, seq, head_of_line FROM webhooks WHERE id = ANY($1)", row => (Seq: row.GetInt64(1), HeadOfLine: (HeadOfLine)row.GetInt16(2)),
            deliveries.Select(each => each.Record.WebhookId), cancellationToken).ConfigureAwait(false));

    /// <summary>Stores events and deliveries that have their numbers, and counts those that have not ended.</summary>
    private static async Task WriteAsync(
        NpgsqlConnection connection, List<PlacedEvent> placed, List<CopiedDelivery> deliveries, Dictionary<string, long> tenants,
        Dictionary<string, (long Seq, HeadOfLine HeadOfLine)> webhooks, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await BlockAsync(connection, deliveries, webhooks.Values.ToDictionary(each => each.Seq, each => each.HeadOfLine), now, cancellationToken).ConfigureAwait(false);
        await CopyRows.WriteAsync(connection, placed, deliveries, tenants, now, cancellationToken).ConfigureAwait(false);
        var open = deliveries.Where(each => !each.Record.Ended).GroupBy(each => each.Tenant, (tenant, of) => (tenant, of.LongCount())).ToList();
        var waiting = deliveries.Where(each => each.Record.NextAttemptTime is not null)
            .GroupBy(each => each.Webhook, (webhook, of) => (webhook, of.LongCount())).ToList();
        await using var script = new Script(connection)
            .Add("UPDATE store SET open = open + $1", open.Sum(each => each.Item2))
            .Add(AddBacklogs, open.Select(each => each.tenant).ToArray(), open.Select(each => each.Item2).ToArray())
            .Add(StatsSql.AddWaiting, waiting.Select(each => each.webhook).ToArray(), waiting.Select(each => each.Item2).ToArray());
        await script.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task AddEventsAsync(
        Database database, NpgsqlConnection connection, List<StoreEntry.PublishedEvent> events, (long Event, long Delivery) last,
        CancellationToken cancellationToken)
    {
        var now = await database.ReadNowAsync(cancellationToken).ConfigureAwait(false);
        var (tenants, webhooks) = await FindAsync(
            connection, [.. events.SelectMany(each => each.Deliveries)], cancellationToken, events.Select(each => each.Record.TenantId)).ConfigureAwait(false);
        var placed = CopyRows.Place(events, last, Days.Of(now));
        foreach (var day in placed.Select(each => Days.OfSeq(each.Seq - 1)).Distinct())
        {
            await Partitions.EnsureEarlierAsync(connection, day, cancellationToken).ConfigureAwait(false);
        }

        var deliveries = placed.SelectMany(each => each.Added.Deliveries.Select((delivery, i) =>
            new CopiedDelivery(each.FirstDelivery + i, each.Seq, tenants[each.Added.Record.TenantId], webhooks[delivery.Record.WebhookId].Seq, delivery))).ToList();
        await WriteAsync(connection, placed, deliveries, tenants, webhooks, now, cancellationToken).ConfigureAwait(false);
        await using var script = new Script(connection).Add(
            "UPDATE store SET event_seq = $1, delivery_seq = $2", placed[^1].Seq, placed[^1].FirstDelivery + placed[^1].Added.Record.DeliveryCount - 1);
        await script.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds out whose turn it is not.</summary>
    private static async Task BlockAsync(
        NpgsqlConnection connection, List<CopiedDelivery> deliveries, Dictionary<long, HeadOfLine> webhooks, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var open = deliveries.Where(each => each.Line is not null && !each.Record.Ended).ToList();
        if (open.Count == 0)
        {
            return;
        }

        var lines = open.Select(each => (each.Webhook, Line: each.Line!)).Distinct().ToList();
        await using var find = new Script(connection)
            .Add(FindBusy, lines.Select(line => line.Webhook).ToArray(), lines.Select(line => line.Line).ToArray(), now);
        var busy = (await find.ListAsync(row => (Webhook: row.GetInt64(0), Line: row.GetString(1), Later: row.GetBoolean(2)), cancellationToken).ConfigureAwait(false))
            .Where(each => !(each.Later && webhooks[each.Webhook] == HeadOfLine.Park)).Select(each => (each.Webhook, each.Line)).ToHashSet();
        foreach (var delivery in open)
        {
            var aside = OrderingRules.StepsAside(delivery.Record, webhooks[delivery.Webhook], now);
            var isFirst = aside || busy.Add((delivery.Webhook, delivery.Line!));
            delivery.Blocked = !isFirst && delivery.Record.NextAttemptTime is not null;
        }
    }

    private static async Task<Dictionary<string, T>> FindAsync<T>(
        NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read, IEnumerable<string> ids, CancellationToken cancellationToken)
    {
        await using var script = new Script(connection).Add(sql, (object)ids.Distinct(StringComparer.Ordinal).ToArray());
        return (await script.ListAsync(row => (Id: row.GetString(0), Found: read(row)), cancellationToken).ConfigureAwait(false))
            .ToDictionary(each => each.Id, each => each.Found, StringComparer.Ordinal);
    }
}
