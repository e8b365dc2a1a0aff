using Npgsql;

namespace ControlPlane.Storage.Postgres;

/// <summary>Reading a store from beginning to end.</summary>
internal static class CopyReads
{
    private const string Tenants =
        """
        SELECT seq, id, name, labels, policy, version, create_time, update_time, config_version, external_id, webhook_number, delete_time
        FROM tenants WHERE seq > $1 ORDER BY seq LIMIT $2
        """;

    private const string Webhooks =
        """
        SELECT w.seq, w.tenant_seq, t.id, w.document, w.failing_since, w.delete_time
        FROM webhooks w JOIN tenants t ON t.seq = w.tenant_seq WHERE w.seq > $1 ORDER BY w.seq LIMIT $2
        """;

    private const string Events =
        """
        SELECT e.seq, e.first_delivery, e.delivery_count, coalesce(octet_length(p.body), 0), e.fingerprint
        FROM events e LEFT JOIN payloads p ON p.event_seq = e.seq WHERE e.seq > $1 ORDER BY e.seq LIMIT $2
        """;

    /// <summary>Deliveries that a page reads at once, with all their attempts.</summary>
    private const int LaterAtOnce = 200;

    private const string LaterDeliveries = "SELECT delivery_seq FROM later_deliveries WHERE delivery_seq > $1 ORDER BY delivery_seq LIMIT $2";

    private const string LastEventBefore =
        "SELECT id FROM events WHERE tenant_seq = (SELECT seq FROM tenants WHERE id = $2) AND seq < $1 ORDER BY seq DESC LIMIT 1";

    private const string LastBefore = "SELECT id FROM deliveries WHERE seq < $1 ORDER BY seq DESC LIMIT 1";

    // Sorts all of it: what it does not have room for in memory the database puts on its disk.
    private const string Disorder =
        """
        SELECT coalesce(max(latest - update_time), 0)::bigint FROM (
          SELECT update_time, max(update_time) OVER (ORDER BY revision) AS latest FROM deliveries) d
        """;

    public static Task<StoreSummary> DescribeAsync(Database database, CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            await using var script = new Script(connection)
                .Add("SET LOCAL enable_seqscan = on").Add("SET LOCAL max_parallel_workers_per_gather = 0")
                .Add($"SELECT store_id, revision, revision_floor, ({Disorder}) FROM store");
            return (await script.ListAsync(
                row => new StoreSummary(row.GetString(0), row.GetInt64(1), row.GetInt64(2), TimeSpan.FromMicroseconds(row.GetInt64(3))),
                cancellationToken).ConfigureAwait(false))[0];
        },
        cancellationToken);

    public static async Task<Page<StoreEntry>> ReadAsync(Database database, EntryKind kind, long after, CancellationToken cancellationToken)
    {
        if (kind == EntryKind.Event)
        {
            return await ReadEventsAsync(database, after, cancellationToken).ConfigureAwait(false);
        }

        if (kind == EntryKind.LaterDelivery)
        {
            return await ReadLaterAsync(database, after, cancellationToken).ConfigureAwait(false);
        }

        var found = kind == EntryKind.Redrive
            ? await ReadRedrivesAsync(database, after, cancellationToken).ConfigureAwait(false)
            : await database.ListAsync(SqlOf(kind), row => (row.GetInt64(0), Read(row, kind)), cancellationToken, after, CopyPage.MostEntries).ConfigureAwait(false);
        return CopyPage.Of(found);
    }

    private static string SqlOf(EntryKind kind) => kind switch
    {
        EntryKind.Tenant => Tenants,
        EntryKind.ApiKey => KeyRows.Select + "WHERE k.seq > $1 ORDER BY k.seq LIMIT $2",
        EntryKind.Webhook => Webhooks,
        EntryKind.AuditEvent => AuditRows.After,
        _ => EventTypeRows.Select + "WHERE e.seq > $1 ORDER BY e.seq LIMIT $2",
    };

    private static StoreEntry Read(NpgsqlDataReader row, EntryKind kind) => kind switch
    {
        EntryKind.Tenant => new StoreEntry.Tenant(TenantRows.Read(row)!.Value.Tenant, row.GetInt64(8), row.GetInt64(10), row.TimeOrNull(11)),
        EntryKind.ApiKey => new StoreEntry.ApiKey(KeyRows.Read(row).Key),
        EntryKind.Webhook => new StoreEntry.Webhook(WebhookRows.Read(row)!.Value.Webhook, row.TimeOrNull(5)),
        EntryKind.AuditEvent => new StoreEntry.AuditEvent(AuditRows.Read(row).Entry),
        _ => new StoreEntry.EventType(EventTypeRows.Read(row)!.Value.Type),
    };

    private static async Task<Page<StoreEntry>> ReadEventsAsync(Database database, long after, CancellationToken cancellationToken)
    {
        var found = await database.ListAsync(
            Events,
            row => (Seq: row.GetInt64(0), First: row.GetInt64(1), End: row.GetInt64(1) + row.GetInt32(2), Payload: row.GetInt32(3), Fingerprint: row.BytesOrNull(4)),
            cancellationToken, after, CopyPage.MostEntries).ConfigureAwait(false);
        var (count, size) = (0, 0L);
        for (; count < found.Count && size < CopyPage.FullSize; count++)
        {
            size += found[count].Payload + (CopyPage.RowSize * (1 + found[count].End - found[count].First));
        }

        if (count == 0)
        {
            return new Page<StoreEntry>([], null);
        }

        var (firstDelivery, end) = (found[0].First, found.Take(count).Max(each => each.End));
        var events = await database.ListAsync(
            EventRows.SelectWhole + "WHERE e.seq BETWEEN $1 AND $2 ORDER BY e.seq", EventRows.ReadWhole, cancellationToken,
            found[0].Seq, found[count - 1].Seq).ConfigureAwait(false);
        var attempts = (await database.ListAsync(
            AttemptRows.Select + "WHERE delivery_seq >= $1 AND delivery_seq < $2 ORDER BY delivery_seq, number",
            row => (Delivery: row.GetInt64(9), Attempt: AttemptRows.Read(row)), cancellationToken, firstDelivery, end).ConfigureAwait(false))
            .ToLookup(each => each.Delivery, each => each.Attempt);
        var deliveries = (await database.ListAsync(
            DeliveryRows.Select + "WHERE d.seq >= $1 AND d.seq < $2 ORDER BY d.seq", DeliveryRows.Read, cancellationToken, firstDelivery, end).ConfigureAwait(false))
            .ToLookup(stored => stored.EventSeq, stored => (stored.Seq, Entry: new DeliveryEntry(stored.Delivery, [.. attempts[stored.Seq]])));
        return new Page<StoreEntry>(
            [.. events.Select((record, i) => new StoreEntry.PublishedEvent(record, found[i].Fingerprint, [.. deliveries[found[i].Seq].Where(each => each.Seq < found[i].End).Select(each => each.Entry)]))],
            count < found.Count || count == CopyPage.MostEntries ? found[count - 1].Seq : null);
    }

    private static async Task<Page<StoreEntry>> ReadLaterAsync(Database database, long after, CancellationToken cancellationToken)
    {
        var seqs = (await database.ListAsync(LaterDeliveries, row => row.GetInt64(0), cancellationToken, after, LaterAtOnce).ConfigureAwait(false)).ToArray();
        if (seqs.Length == 0)
        {
            return new Page<StoreEntry>([], null);
        }

        var attempts = (await database.ListAsync(
            AttemptRows.Select + "WHERE delivery_seq = ANY($1) AND delivery_seq BETWEEN $2 AND $3 ORDER BY delivery_seq, number",
            row => (Delivery: row.GetInt64(9), Attempt: AttemptRows.Read(row)), cancellationToken, seqs, seqs[0], seqs[^1]).ConfigureAwait(false))
            .ToLookup(each => each.Delivery, each => each.Attempt);
        var deliveries = await database.ListAsync(
            DeliveryRows.Select + "WHERE d.seq = ANY($1) AND d.seq BETWEEN $2 AND $3 ORDER BY d.seq", DeliveryRows.Read, cancellationToken, seqs, seqs[0],
            seqs[^1]).ConfigureAwait(false);
        return new Page<StoreEntry>(
            [.. deliveries.Select(stored => new StoreEntry.LaterDelivery(new DeliveryEntry(stored.Delivery, [.. attempts[stored.Seq]])))],
            seqs.Length == LaterAtOnce ? seqs[^1] : null);
    }

    private static async Task<List<(long, StoreEntry)>> ReadRedrivesAsync(Database database, long after, CancellationToken cancellationToken)
    {
        var entries = new List<(long, StoreEntry)>();
        foreach (var stored in await database.ListAsync(
            RedriveRows.Select + "WHERE seq > $1 ORDER BY seq LIMIT $2", RedriveRows.Read, cancellationToken, after, CopyPage.MostEntries).ConfigureAwait(false))
        {
            entries.Add((stored.Seq, new StoreEntry.Redrive(
                stored.Redrive,
                stored.Scope.Revision,
                await FindLastAsync(stored.Redrive, stored.Position).ConfigureAwait(false),
                await FindLastAsync(stored.Redrive, stored.Scope.End).ConfigureAwait(false))));
        }

        return entries;

        Task<string?> FindLastAsync(RedriveRecord redrive, long before) => redrive.Replay is null
            ? database.FindAsync(LastBefore, row => row.GetString(0), cancellationToken, before)
            : database.FindAsync(LastEventBefore, row => row.GetString(0), cancellationToken, before, redrive.Filter.TenantId);
    }
}
